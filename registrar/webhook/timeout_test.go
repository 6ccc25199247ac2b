package webhook_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

// hanging is a database that answers nobody.
type hanging struct{ *registry }

func (hanging) Standing(ctx context.Context, _ did.DID) (registered, revoked bool, err error) {
	<-ctx.Done()
	return false, false, ctx.Err()
}

// TestTheAnswerComesInTime: step-ca has ten seconds for two attempts, and waits one
// second between them.
func TestTheAnswerComesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t)
		h, err := webhook.New(webhook.Config{Registry: hanging{k.registry}, Issuer: issuer, CAHost: caHost, Self: itself})
		if err != nil {
			t.Fatal(err)
		}
		began, w := time.Now(), httptest.NewRecorder()
		h.ServeHTTP(w, k.request(question(issuer, alice, newKey(t))))
		if took := time.Since(began); w.Code != http.StatusServiceUnavailable || 2*took+time.Second >= 10*time.Second {
			t.Errorf("%d after %s", w.Code, took)
		}
	})
}
