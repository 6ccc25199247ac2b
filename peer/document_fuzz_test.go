package peer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// FuzzParseDocument: of no bytes comes a document without a key that has the text of one,
// and none that is another's.
func FuzzParseDocument(f *testing.F) {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	d, err := did.FromPublicKey("ada@example.com", "critic", key.PublicKey())
	if err != nil {
		f.Fatal(err)
	}
	genuine, err := did.NewDocument(d, key, time.Time{}, "")
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(genuine)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(text), string(text[1:]), string(text) + "x", "\ufeff" + string(text), strings.Replace(string(text), `"statement"`, `"Statement"`, 1),
		`{"id":"` + d.String() + `"}`, `{"id":"` + d.String() + `","x":{"\u0053tatement":null}}`, `{"id":"did:bindu:other"}`, `{}`, `[]`, ``, `{"a":{"statement":[]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := parseDocument(body, d)
		switch {
		case err != nil && (doc != nil || !errors.Is(err, errDocument)):
			t.Fatalf("%+v beside %v", doc, err)
		case err != nil:
		case doc == nil && states(body):
			t.Fatal("a statement is passed over")
		case doc != nil && (doc.ID != d.String() || !doc.DeclaresAssertionKey()):
			t.Fatalf("%+v", doc)
		case !json.Valid(body):
			t.Fatal("what is no JSON passes")
		}
	})
}

// states reports whether a text has a member that is called statement, as another reader
// of JSON has it.
func states(body []byte) bool {
	var value any
	return json.Unmarshal(body, &value) == nil && holds(value)
}

func holds(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.EqualFold(name, "statement") || holds(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, holds)
	}
	return false
}
