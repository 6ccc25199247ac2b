package e2e

import (
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
)

// Unless the operator says otherwise a token alone opens nothing: neither one
// that names no DID, nor one that names a DID whose signature is missing.
func TestEndToEndADIDIsRequired(t *testing.T) {
	for name, setting := range map[string]map[string]string{
		"not said": {}, "said": {"AUTH__REQUIRE_DID": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			w, caller := newWorld(t), newOutsider(t, "poet")
			env := w.settings(t, setting)
			env["DID__PINNED_KEYS"] = caller.pin()
			a := launch(t, "callee", env, nil).await().awaitReady()
			before := a.lastCaller()
			for reason, changes := range map[string]map[string]any{
				"client_not_did": {didClaim: nil}, "missing_signature_headers": nil,
			} {
				r := sign(t, caller.proofs(w.issuer.Mint(caller.claims(w.issuer, changes)), a), a)
				for _, header := range []string{signature.HeaderDID, signature.HeaderTimestamp, signature.HeaderSignature, signature.HeaderScheme, signature.HeaderNonce} {
					r.Header.Del(header)
				}
				if got := post(t, r); got.status != 403 || got.Error.Data.Reason != reason {
					t.Errorf("want %s, got %d %s", reason, got.status, got.body)
				}
			}
			if now := a.lastCaller(); now.Claims.ClientID != before.Claims.ClientID {
				t.Errorf("the backend was asked by %+v", now)
			}
			if got := post(t, sign(t, caller.proofs(w.issuer.Mint(caller.claims(w.issuer, nil)), a), a)); got.status != 200 {
				t.Errorf("with its signature: %d %s", got.status, got.body)
			}
		})
	}
}
