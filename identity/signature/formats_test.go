package signature_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// 161: no payload of any scheme is signed as a text, nor as one of another kind.
// It goes over the registry, so that a new scheme is in it.
func TestHostile161NoPayloadOfAnySchemeIsSignedAsAText(t *testing.T) {
	k := keyPair(t, zeroSeed)
	for _, s := range signature.Schemes() {
		t.Run(string(s), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(161, 2))
			for range 1000 {
				payload := randomPayload(t, rng, s)
				if sig, err := did.SignText(k, string(payload)); err == nil {
					t.Fatalf("%q is signed as a text: %s", payload, sig)
				}
				ours := payload[0] == 0xff
				if _, err := k.SignRequest(payload); (err == nil) == ours {
					t.Fatalf("%q, signed as a request: %v", payload, err)
				}
				if _, err := k.SignTagged(string(s), payload); (err == nil) != ours {
					t.Fatalf("%q, signed as tagged: %v", payload, err)
				}
				for _, other := range []string{string(s)[1:], string(s)[:len(s)-1], string(s) + "0"} {
					if sig, err := k.SignTagged(other, payload); err == nil {
						t.Fatalf("%q is signed under the name %s: %s", payload, other, sig)
					}
				}
			}
		})
	}
}

// Payloads of two schemes are never the same.
func TestSchemesShareNoPayload(t *testing.T) {
	made := make(map[string]signature.Scheme)
	for _, s := range signature.Schemes() {
		rng := rand.New(rand.NewPCG(161, 3)) // the same requests
		for range 200 {
			payload := string(randomPayload(t, rng, s))
			if other, ok := made[payload]; ok && other != s {
				t.Fatalf("%q is of %s and of %s", payload, s, other)
			}
			made[payload] = s
		}
	}
}

func randomPayload(t *testing.T, rng *rand.Rand, s signature.Scheme) []byte {
	t.Helper()
	r := signature.Request{
		DID: mustParse(t, "did:bindu:"+word(rng)), Audience: mustParse(t, "did:"+word(rng)+":"+word(rng)), Timestamp: rng.Int64N(1 << 53),
		Body: []byte(`{"` + word(rng) + `":["` + word(rng) + `",1,null]}`), Method: []string{"POST", "GET", "M-SEARCH"}[rng.IntN(3)],
		Target: "/" + word(rng) + `?q="\.` + word(rng), Nonce: strings.Repeat(word(rng), 22)[:22],
		ContentType: []string{"application/json", "text/plain; charset=\"utf-8\"", ""}[rng.IntN(3)],
	}
	if rng.IntN(4) == 0 {
		r.Body = nil
	}
	payload, err := s.Payload(r)
	if err != nil {
		t.Fatalf("%s of %q: %v", s, r.Body, err)
	}
	return payload
}

func word(rng *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 1+rng.IntN(12))
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

// A request whose payload has the length of two digests is still signed.
func TestARequestOf64BytesIsSigned(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := signature.Request{DID: mustParse(t, "did:bindu:"+strings.Repeat("a", 14)), Timestamp: 1, Body: []byte("x")}
	payload, err := signature.Reference.Payload(r)
	if err != nil {
		t.Fatal(err)
	}
	r.Body = []byte(strings.Repeat("x", 1+64-len(payload)))
	if payload, err = signature.Reference.Payload(r); err != nil || len(payload) != 64 {
		t.Fatalf("%d bytes, %v", len(payload), err)
	}
	sig, err := signature.Sign(k, signature.Reference, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.Verify(k.PublicKey(), signature.Reference, r, sig); err != nil {
		t.Error(err)
	}
	if text, err := did.SignText(k, string(payload)); err == nil {
		t.Errorf("it is signed as a text: %s", text)
	}
}
