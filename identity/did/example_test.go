package did_test

import (
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// Anybody can compute a DID that is made of author and name; one that is made
// of the key belongs to whoever has the key.
func ExampleDID_BoundTo() {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		fmt.Println(err)
		return
	}
	byKey, err := did.FromPublicKey("docs@example.com", "caller", key.PublicKey())
	fmt.Println(byKey, byKey.BoundTo(key.PublicKey()), err)
	byName, err := did.FromAuthorAndName("docs@example.com", "caller")
	fmt.Println(byName, byName.BoundTo(key.PublicKey()), err)
	// Output:
	// did:bindu:docs_at_example_com:caller:139e3940-e64b-5491-7220-88d9a0d74162 true <nil>
	// did:bindu:docs_at_example_com:caller:53f2337b-0488-1999-f129-3464699cb3a2 false <nil>
}

// A number that RFC 8785 would change is refused instead.
func ExampleCanonicalJSON() {
	canonical, err := did.CanonicalJSON([]byte(`{"b": 1e2, "a": "\u003c"}`))
	fmt.Println(string(canonical), err)
	_, err = did.CanonicalJSON([]byte(`{"id": 9007199254740993}`))
	fmt.Println(err)
	// Output:
	// {"a":"<","b":100} <nil>
	// number changes its value in canonical form: at byte 23; send it as a string
}
