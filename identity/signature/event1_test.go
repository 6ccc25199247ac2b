package signature_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// eventHeader is that of a signed stream by the agent of binding.
func eventHeader(t testing.TB) http.Header {
	t.Helper()
	h := http.Header{}
	signature.NewEventSigner(keyPair(t, zeroSeed), binding(t)).Announce(h)
	return h
}

// blocks are those of a stream with these data, the ids 1, 2 and so on, and its end.
func blocks(t testing.TB, b signature.Binding, data ...string) []string {
	t.Helper()
	signer := signature.NewEventSigner(keyPair(t, zeroSeed), b)
	var all []string
	for i, text := range data {
		id := fmt.Sprint(i + 1)
		line, err := signer.AppendEvent(nil, id, []byte(text), 1_700_000_000)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, "id: "+id+"\ndata: "+text+"\n"+string(line)+"\n")
	}
	end, err := signer.AppendEnd(nil, 1_700_000_002)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, string(end))
}

// readEvents reads a stream as the caller of binding.
func readEvents(t testing.TB, stream string) (string, error) {
	t.Helper()
	r, err := signature.NewEventReader(strings.NewReader(stream), 1000, binding(t), keyPair(t, zeroSeed).PublicKey(), eventHeader(t))
	if err != nil {
		t.Fatal(err)
	}
	read, err := io.ReadAll(r)
	return string(read), err
}

func TestEventsThatWereSignedAreRead(t *testing.T) {
	all := blocks(t, binding(t), "a", "b", "c")
	want := "id: 1\ndata: a\n\n: \n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n"
	stream := all[0] + ": hi\n\n" + strings.Join(all[1:], "")
	if got, err := readEvents(t, stream); got != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	r, err := signature.NewEventReader(iotest.OneByteReader(strings.NewReader(stream)), 1000, binding(t), keyPair(t, zeroSeed).PublicKey(), eventHeader(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(iotest.OneByteReader(r)); string(got) != want || err != nil {
		t.Errorf("byte by byte: %q, %v", got, err)
	}
	if began, last := r.Times(); r.Events() != 3 || began != 1_700_000_000 || last != 1_700_000_002 {
		t.Errorf("%d events, from %d to %d", r.Events(), began, last)
	}
	if got, err := readEvents(t, blocks(t, binding(t))[0]); got != "" || err != nil {
		t.Errorf("no events: %q, %v", got, err)
	}
}

// Nothing of a block is let through that is not the one that was signed for its place.
func TestEventsThatAreRefused(t *testing.T) {
	signed := func(all []string, n int) string { return strings.SplitAfter(all[n], "\n")[2] }
	for name, tt := range map[string]struct {
		change func(all []string) string
		before string // what is let through
		want   error
	}{
		"the end is missing":                  {func(all []string) string { return all[0] + all[1] }, "ab", signature.ErrCut},
		"nothing":                             {func([]string) string { return "" }, "", signature.ErrCut},
		"cut off within an event":             {func(all []string) string { return all[0] + all[1][:20] }, "a", signature.ErrCut},
		"the last is missing":                 {func(all []string) string { return all[0] + all[2] }, "a", signature.ErrAnswer},
		"the last is missing, and counted so": {func(all []string) string { return all[0] + strings.Replace(all[2], "end: 2", "end: 1", 1) }, "a", did.ErrSignatureMismatch},
		"the first is missing":                {func(all []string) string { return all[1] + all[2] }, "", did.ErrSignatureMismatch},
		"two are swapped":                     {func(all []string) string { return all[1] + all[0] + all[2] }, "", did.ErrSignatureMismatch},
		"one comes twice":                     {func(all []string) string { return all[0] + all[0] + all[1] + all[2] }, "a", did.ErrSignatureMismatch},
		"other data":                          {func(all []string) string { return all[0] + strings.Replace(all[1], "data: b", "data: B", 1) + all[2] }, "a", did.ErrSignatureMismatch},
		"more data": {func(all []string) string {
			return all[0] + strings.Replace(all[1], "data: b", "data: b\ndata: c", 1) + all[2]
		}, "a", did.ErrSignatureMismatch},
		"another id": {func(all []string) string { return all[0] + strings.Replace(all[1], "id: 2", "id: 3", 1) + all[2] }, "a", did.ErrSignatureMismatch},
		"no id":      {func(all []string) string { return all[0] + strings.Replace(all[1], "id: 2\n", "", 1) + all[2] }, "a", did.ErrSignatureMismatch},
		"another time": {func(all []string) string {
			return all[0] + strings.Replace(all[1], "1700000000", "1700000001", 1) + all[2]
		}, "a", did.ErrSignatureMismatch},
		"the signature of another": {func(all []string) string {
			return all[0] + strings.Replace(all[1], signed(all, 1), signed(all, 0), 1) + all[2]
		}, "a", did.ErrSignatureMismatch},
		"no signature": {func(all []string) string { return all[0] + strings.Replace(all[1], signed(all, 1), "", 1) + all[2] }, "a", signature.ErrMissing},
		"two signatures": {func(all []string) string {
			return all[0] + strings.Replace(all[1], signed(all, 1), signed(all, 1)+signed(all, 1), 1) + all[2]
		}, "a", signature.ErrAnswer},
		"an event that is the end":  {func(all []string) string { return all[0] + "data: x\n" + all[2] }, "a", signature.ErrAnswer},
		"an end that is not signed": {func(all []string) string { return all[0] + all[1] + "end: 2\n\n" }, "ab", signature.ErrTimestamp},
		"an event behind the end":   {func(all []string) string { return strings.Join(all, "") + all[0] }, "ab", signature.ErrAnswer},
		"a comment behind the end":  {func(all []string) string { return strings.Join(all, "") + ": \n\n" }, "ab", signature.ErrAnswer},
		"no time":                   {func(all []string) string { return strings.Replace(all[0], "signature: 1700000000 ", "signature: ", 1) }, "", signature.ErrTimestamp},
		"too large":                 {func(all []string) string { return "data: " + strings.Repeat("x", 1000) + all[0] }, "", signature.ErrEventTooLarge},
		"an id that is no value":    {func(all []string) string { return strings.Replace(all[0], "id: 1", "id: \u00e9", 1) }, "", signature.ErrRequest},
	} {
		t.Run(name, func(t *testing.T) {
			all := blocks(t, binding(t), "a", "b")
			got, err := readEvents(t, tt.change(all))
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if data := letters(got); data != tt.before {
				t.Errorf("%q was let through, want %q", got, tt.before)
			}
		})
	}
}

// letters are the data of a stream.
func letters(stream string) (all string) {
	for line := range strings.Lines(stream) {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			all += strings.TrimSuffix(data, "\n")
		}
	}
	return all
}

// A stream is that of its request and its parties.
func TestStreamsToOthersAreRefused(t *testing.T) {
	for name, change := range map[string]func(*signature.Binding){
		"another request": func(b *signature.Binding) { b.Request[31]++ },
		"another caller":  func(b *signature.Binding) { b.Caller = mustParse(t, "did:x:y") },
		"another agent":   func(b *signature.Binding) { b.Agent = mustParse(t, "did:x:y") },
	} {
		b := binding(t)
		change(&b)
		if got, err := readEvents(t, strings.Join(blocks(t, b, "a"), "")); got != "" || !errors.Is(err, did.ErrSignatureMismatch) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestStreamsThatAreNotAnnounced(t *testing.T) {
	var key ed25519.PublicKey
	for name, tt := range map[string]struct {
		change func(http.Header)
		want   error
	}{
		"not signed":     {func(h http.Header) { clear(h) }, signature.ErrMissing},
		"as one answer":  {func(h http.Header) { h.Set("X-DID-Scheme", "answer-1") }, signature.ErrScheme},
		"by another":     {func(h http.Header) { h.Set("X-DID", "did:x:y") }, signature.ErrAnswer},
		"by two schemes": {func(h http.Header) { h.Add("X-DID-Scheme", "event-1") }, signature.ErrAnswer},
	} {
		h := eventHeader(t)
		tt.change(h)
		if _, err := signature.NewEventReader(strings.NewReader(""), 1, binding(t), key, h); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// What cannot be signed takes no place in the stream.
func TestAnEventThatCannotBeSignedIsNone(t *testing.T) {
	signer := signature.NewEventSigner(keyPair(t, zeroSeed), binding(t))
	for _, id := range []string{"\u00e9", "a\nb", strings.Repeat("1", 300)} {
		if line, err := signer.AppendEvent(nil, id, nil, 0); !errors.Is(err, signature.ErrRequest) || line != nil {
			t.Errorf("%q: %q, %v", id, line, err)
		}
	}
	if line, err := signer.AppendEvent(nil, "", nil, -1); !errors.Is(err, signature.ErrTimestamp) || line != nil {
		t.Errorf("%q, %v", line, err)
	}
	if end, err := signer.AppendEnd(nil, 0); err != nil || !strings.HasPrefix(string(end), "end: 0\n") {
		t.Errorf("%q, %v", end, err)
	}
}

func TestStreamFixtures(t *testing.T) {
	vectors := readFixture[struct {
		Vectors []struct {
			Name string
			boundFixture
			Timestamp int64
			Stream    string
			Objects   []string `json:"payload_objects"`
		}
	}](t, "event-signatures.json").Vectors
	if len(vectors) < 2 {
		t.Fatal("the fixtures are incomplete")
	}
	for _, f := range vectors {
		h := http.Header{"X-Did": {f.DID}, "X-Did-Scheme": {"event-1"}}
		r, err := signature.NewEventReader(strings.NewReader(f.Stream), 1000, f.binding(t), keyPair(t, f.SeedHex).PublicKey(), h)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || strings.Count(string(got), "data: ") != strings.Count(f.Stream, "data: ") {
			t.Errorf("%s: %q, %v", f.Name, got, err)
		}
		lines := regexp.MustCompile(`(?m)^signature: \d+ (\w+)$`).FindAllStringSubmatch(f.Stream, -1)
		if len(lines) != len(f.Objects) {
			t.Fatalf("%s: %d signatures, %d payloads", f.Name, len(lines), len(f.Objects))
		}
		for i, object := range f.Objects {
			canonical := jsontext.Value(object)
			sig, err := did.DecodeSignature(lines[i][1])
			if canonical.Canonicalize() != nil || string(canonical) != object || err != nil || !ed25519.Verify(keyPair(t, f.SeedHex).PublicKey(), []byte("\xffevent-1"+object), sig) {
				t.Errorf("%s: signature %d is not over %s", f.Name, i+1, object)
			}
		}
		if began, last := r.Times(); began != f.Timestamp || last != f.Timestamp {
			t.Errorf("%s: from %d to %d", f.Name, began, last)
		}
	}
}

// FuzzEventReader: nothing is let through but the beginning of what was signed.
func FuzzEventReader(f *testing.F) {
	all := blocks(f, binding(f), "a", "b", "c")
	f.Add(strings.Join(all, ""))
	f.Add(all[0] + all[2] + all[3])
	f.Add("data: a\nsignature: 1 1\n\nend: 1\nsignature: 1 1\n\n")
	f.Fuzz(func(t *testing.T, stream string) {
		got, err := readEvents(t, stream)
		if data := letters(got); !strings.HasPrefix("abc", data) || err == nil && data != "abc" {
			t.Fatalf("%q, %v of %q", got, err, stream)
		}
	})
}
