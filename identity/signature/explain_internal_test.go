package signature

import (
	"bytes"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

// A long body ends the search after so many bytes; a short one never does. What
// is looked for first is what signers of the scheme get wrong.
func TestASearchForWrongFormsIsBounded(t *testing.T) {
	d, err := did.Parse("did:bindu:a:b")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		body       []byte
		unfinished bool
	}{
		"short":                      {[]byte(`{"n":1}`), false},
		"a quarter of a megabyte":    {append(append([]byte(`"`), bytes.Repeat([]byte("x"), 256<<10)...), '"'), false},
		"two megabytes":              {append(append([]byte(`"`), bytes.Repeat([]byte("x"), 2<<20)...), '"'), true},
		"two megabytes and not JSON": {bytes.Repeat([]byte("x"), 2<<20), true},
	} {
		for _, scheme := range Schemes() {
			if test.unfinished && scheme != Reference {
				continue // the same bytes in another order
			}
			t.Run(name+" "+string(scheme), func(t *testing.T) {
				r := Request{DID: d, Audience: d, Body: test.body, Timestamp: 1, Method: "POST", Target: "/", Nonce: "AAAAAAAAAAAAAAAAAAAAAA"}
				forms, total, first := 0, 0, ""
				_, payload, unfinished := search(otherForms(scheme, r), func(payload []byte) bool {
					forms++
					total += len(payload)
					return false
				})
				for form := range otherForms(scheme, r) {
					first = form
					break
				}
				if payload != nil || unfinished != test.unfinished || total > maxSearched || forms == 0 {
					t.Errorf("%d forms, %d bytes, unfinished %t, want %t", forms, total, unfinished, test.unfinished)
				}
				if test.unfinished && forms < 20 {
					t.Errorf("only %d forms were tried", forms)
				}
				if scheme != Reference && (scheme == Octets1 || name != "two megabytes and not JSON") && !strings.Contains(first, string(scheme)) {
					t.Errorf("the first form is %q", first)
				}
			})
		}
	}
}

// A scheme needs no list of mistakes for its payload to be recognised elsewhere.
func TestASchemeWithoutKnownMistakesHasItsPayloadAsItsForm(t *testing.T) {
	d, err := did.Parse("did:bindu:a:b")
	if err != nil {
		t.Fatal(err)
	}
	known := formsOf[Octets1]
	delete(formsOf, Octets1)
	defer func() { formsOf[Octets1] = known }()
	r := Request{DID: d, Audience: d, Timestamp: 1, Method: "POST", Target: "/", Nonce: "AAAAAAAAAAAAAAAAAAAAAA"}
	want, err := Octets1.Payload(r)
	if err != nil {
		t.Fatal(err)
	}
	form, found, _ := search(otherForms(Reference, r), func(payload []byte) bool { return bytes.Equal(payload, want) })
	if found == nil || form != "the payload of octets-1" {
		t.Errorf("found %q as %q", found, form)
	}
	r.Nonce = ""
	for form := range formsFor(Octets1)(r) {
		t.Errorf("a request that has no payload has the form %q", form)
	}
}
