package signature_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// A delivery to a webhook, whose body and address a caller chose, proves no request of
// the agent, whatever its headers are made to say; and no request is a delivery.
func TestHostile161ADeliveryIsNoRequest(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := signature.Request{
		DID: mustParse(t, "did:bindu:agent"), Audience: mustParse(t, "did:bindu:caller"), Timestamp: 1767225600,
		Method: http.MethodPost, Target: "/tasks/x:cancel", ContentType: "application/a2a+json", Body: []byte(`{"id":"x"}`),
	}
	to := signature.Recipient{DID: r.Audience, Method: r.Method, Target: r.Target, ContentType: r.ContentType}
	h, err := signature.SignHeader(k, signature.Push1, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	claim, err := signature.ReadPush(h, to)
	if err != nil || claim.Signer != r.DID {
		t.Fatalf("%+v, %v", claim, err)
	}
	if _, err := claim.Verify(k.PublicKey(), r.Body); err != nil {
		t.Error(err)
	}
	if _, err := signature.Read(h, to); !errors.Is(err, signature.ErrScheme) {
		t.Errorf("read as a request: %v", err)
	}
	for _, s := range signature.Schemes() {
		asked, err := signature.SignHeader(k, s, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signature.ReadPush(asked, to); !errors.Is(err, signature.ErrScheme) {
			t.Errorf("%s read as a delivery: %v", s, err)
		}
		named := h.Clone()
		named.Set(signature.HeaderScheme, string(s))
		claim, err := signature.Read(named, to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := claim.Verify(k.PublicKey(), r.Body); !errors.Is(err, did.ErrSignatureMismatch) {
			t.Errorf("called %s: %v", s, err)
		}
	}
	if slices.Contains(signature.Schemes(), signature.Push1) {
		t.Error("cards offer it")
	}
	payload, err := signature.Push1.Payload(signature.Request{
		DID: r.DID, Audience: r.Audience, Timestamp: 1, Method: "POST", Target: "/", Nonce: "AAECAwQFBgcICQoLDA0ODw",
	})
	if err != nil || payload[0] != 0xff {
		t.Fatalf("%q, %v", payload, err)
	}
	if _, err := did.SignText(k, string(payload)); err == nil {
		t.Error("it is signed as a text")
	}
}
