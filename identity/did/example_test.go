package did_test

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// A caller signs a request for one recipient, method and path; the recipient
// verifies it and runs the body that was verified.
func ExampleVerify() {
	key, err := did.KeyPairFromSeed(make([]byte, 32)) // use GenerateKeyPair
	if err != nil {
		fmt.Println(err)
		return
	}
	caller, err := did.FromPublicKey("docs@example.com", "caller", key.PublicKey())
	if err != nil {
		fmt.Println(err)
		return
	}
	recipient, err := did.Parse("did:bindu:docs:recipient:1")
	if err != nil {
		fmt.Println(err)
		return
	}
	request := did.Request{
		DID: caller, Audience: recipient, Timestamp: 1767225600,
		Method: "POST", Target: "/", Nonce: "AAECAwQFBgcICQoLDA0ODw", // use NewNonce
		Body: []byte(`{"b": 1.0, "a": "\u0061"}`),
	}
	signature, err := did.Sign(key, did.SchemeJCS, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := did.Verify(key.PublicKey(), did.SchemeJCS, request, signature)
	fmt.Println(string(body), err)

	request.Target = "/elsewhere"
	_, err = did.Verify(key.PublicKey(), did.SchemeJCS, request, signature)
	fmt.Println(errors.Is(err, did.ErrSignatureMismatch))
	// Output:
	// {"a":"a","b":1} <nil>
	// true
}

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
