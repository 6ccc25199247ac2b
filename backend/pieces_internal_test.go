package backend

import "testing"

func TestTextBefore(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		piece string
		text  bool
	}{
		"":              {"", true},
		"abc":           {"abc", true},
		"abc\n":         {"abc", true},
		"abc\n\n":       {"abc\n", true},
		"\n":            {"", true},
		"é":             {"é", true},
		"a\xc3":         {"a", true}, // the first byte of é
		"a\xe2\x82":     {"a", true}, // two bytes of €
		"a\xf0\x9f\x98": {"a", true}, // three bytes of 😀
		"a\n\xc3":       {"a", true}, // the line feed is not the last character, but is the last that can be told
		"\xc3":          {"", true},
		"a\xff":         {"", false},
		"\xff\xfe":      {"", false},
		"a\xc3b":        {"", false},
		"a\x80":         {"", false},
	} {
		if piece, text := textBefore([]byte(in)); string(piece) != want.piece || text != want.text {
			t.Errorf("%q: %q, %t; want %q, %t", in, piece, text, want.piece, want.text)
		}
	}
}
