package keymemory

import (
	"maps"
	"reflect"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

// FuzzMemory: whatever stands in the file, it is refused or means the same after
// it was written again.
func FuzzMemory(f *testing.F) {
	k, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	line := `{"did":"did:x:y","public_key":"` + did.EncodePublicKey(k.PublicKey()) + `","since":"2026-11-29T12:00:00Z"}` + "\n"
	for _, seed := range []string{"", line, line + line, line + `{"did":"did:x:y","since":"2026-11-29T12:00:00Z","forgotten":true}` + "\n", line[:40], "\n", "null\n", "{}\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, tidy, err := parseAll(data)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range sorted(found) {
			line, err := e.record().line()
			if err != nil {
				return // a time beyond the year 9999
			}
			again = append(again, line...)
		}
		second, tidyNow, err := parseAll(again)
		if err != nil || !tidyNow {
			t.Fatalf("%q became %q: %v", data, again, err)
		}
		for d, e := range found {
			if s := second[d]; !s.Key.Equal(e.Key) || s.Accepted != e.Accepted {
				t.Errorf("%+v became %+v", e, s)
			}
		}
		if !reflect.DeepEqual(keysOf(found), keysOf(second)) {
			t.Errorf("%q: tidy %t, lost or gained a DID: %q", data, tidy, again)
		}
	})
}

func keysOf(m map[did.DID]Entry) map[did.DID]bool {
	out := make(map[did.DID]bool, len(m))
	for d := range maps.Keys(m) {
		out[d] = true
	}
	return out
}
