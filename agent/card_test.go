package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
)

// TestTheCardIsSignedByTheKeyOfTheDocument: else no peer would take it.
func TestTheCardIsSignedByTheKeyOfTheDocument(t *testing.T) {
	t.Parallel()
	a := skilled(t, func(*settings.Settings) {})
	_, cards := publicOf(t, a)
	w := httptest.NewRecorder()
	cards.ServeHTTP(w, httptest.NewRequest(http.MethodGet, card.Path, nil))
	info, err := card.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("signed", func(t *testing.T) {
		if !info.Signed() {
			t.Error("it is not")
		}
	})
	t.Run("by the key", func(t *testing.T) { verifyOwn(t, a, info) })
}

func verifyOwn(t *testing.T, a *Agent, info card.Info) {
	t.Helper()
	doc, err := did.NewDocument(a.is.DID, a.is.Key, time.Time{}, "")
	if err != nil {
		t.Fatal(err)
	}
	key, err := doc.AssertionKey(a.is.DID, a.is.Key.PublicKey())
	if err == nil {
		err = info.Verify(a.is.DID, key)
	}
	if err != nil || !doc.DeclaresAssertionKey() || !doc.BoundKey(a.is.DID).Equal(a.is.Key.PublicKey()) {
		t.Error(err)
	}
}

// answers is a resolver with one answer.
type answers struct {
	key ed25519.PublicKey
	err error
}

func (a answers) PublicKey(context.Context, did.DID) (ed25519.PublicKey, error) { return a.key, a.err }

// TestPeersWithoutAKeyAreToldFromKeysThatNobodyCouldSay: only who has none is called
// without.
func TestPeersWithoutAKeyAreToldFromKeysThatNobodyCouldSay(t *testing.T) {
	t.Parallel()
	key := ed25519.PublicKey("12345678901234567890123456789012")
	for name, test := range map[string]struct {
		answer answers
		want   error
	}{
		"registered":     {answers{key, nil}, nil},
		"not registered": {answers{nil, hydra.ErrNotRegistered}, nil},
		"not pinned":     {answers{nil, errNotPinned}, nil},
		"away":           {answers{nil, oauth.ErrUnavailable}, oauth.ErrUnavailable},
		"changed":        {answers{nil, did.ErrKeyChanged}, did.ErrKeyChanged},
		"weak":           {answers{nil, did.ErrWeakKey}, did.ErrWeakKey},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := peerKeys(test.answer)(t.Context(), did.DID{})
			if !errors.Is(err, test.want) || !got.Equal(test.answer.key) {
				t.Errorf("%x, %v", got, err)
			}
		})
	}
}
