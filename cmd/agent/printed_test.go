package main

import "testing"

func TestRestOfAnArtifact(t *testing.T) {
	p := make(printed)
	p.add("a", "one ")
	p.add("a", "two")
	for name, tt := range map[string]struct {
		artifact, text, rest string
		follows              bool
	}{
		"more of it":         {"a", "one two three", " three", true},
		"nothing more":       {"a", "one two", "", true},
		"less of it":         {"a", "one ", "", false},
		"another beginning":  {"a", "one too many", "", false},
		"another artifact":   {"b", "one two", "one two", true},
		"nothing of another": {"b", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			rest, follows := p.rest(tt.artifact, tt.text)
			if follows != tt.follows || follows && rest != tt.rest {
				t.Errorf("%q, %t, want %q, %t", rest, follows, tt.rest, tt.follows)
			}
		})
	}
}

// What is remembered of a stream has a bound, whatever the peer sends.
func TestRestOfTooManyArtifactsIsForgotten(t *testing.T) {
	p := make(printed)
	for i := range maxPrinted + 10 {
		p.add(string(rune(i)), "x")
	}
	if len(p) > maxPrinted {
		t.Errorf("%d artifacts are remembered", len(p))
	}
	p.forget("\x01")
	if rest, follows := p.rest("\x01", "xy"); rest != "xy" || !follows {
		t.Errorf("%q, %t of what begins anew", rest, follows)
	}
}
