package signature_test

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
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
	request := signature.Request{
		DID: caller, Audience: recipient, Timestamp: 1767225600,
		Method: "POST", Target: "/", Nonce: "AAECAwQFBgcICQoLDA0ODw", // use NewNonce
		Body: []byte(`{"b": 1.0, "a": "\u0061"}`),
	}
	sig, err := signature.Sign(key, signature.JCS1, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := signature.Verify(key.PublicKey(), signature.JCS1, request, sig)
	fmt.Println(string(body), err)

	request.Target = "/elsewhere"
	_, err = signature.Verify(key.PublicKey(), signature.JCS1, request, sig)
	fmt.Println(errors.Is(err, did.ErrSignatureMismatch))
	// Output:
	// {"a":"a","b":1} <nil>
	// true
}
