package registrarapi_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/keystatement"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// stating answers with what a registrar says of a key, as edit changes it.
func stating(t *testing.T, s keystatement.Statement, by *did.KeyPair, edit func(map[string]string)) http.HandlerFunc {
	t.Helper()
	body, err := s.Sign(by)
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		var members map[string]string
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatal(err)
		}
		edit(members)
		if body, err = json.Marshal(members); err != nil {
			t.Fatal(err)
		}
	}
	return saying(200, "application/json", string(body))
}

// resign signs a statement anew with any key, as nobody honest does.
func resign(t *testing.T, k *did.KeyPair) func(map[string]string) {
	return func(m map[string]string) {
		delete(m, "signature")
		canonical, err := json.Marshal(m) // sorted, and nothing in it is escaped
		if err != nil {
			t.Fatal(err)
		}
		text, err := k.SignTagged("key-statement-1", append(did.AppendTag(nil, "key-statement-1"), canonical...))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base58.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		m["signature"] = base64.RawURLEncoding.EncodeToString(raw)
	}
}

// A key counts if the registrar itself says so, now, and the DID follows from it.
func TestKeysThatTheRegistrarNames(t *testing.T) {
	self, bob, named := registrartest.NewAgent(t, "registrar"), registrartest.NewAgent(t, "bob"), registrartest.NewNamedAgent(t, "bob")
	mallory := registrartest.NewAgent(t, "mallory")
	now := time.Now().Truncate(time.Second)
	honest := keystatement.Statement{DID: bob.DID, Key: bob.Key.PublicKey(), Since: now, IssuedAt: now, ExpiresAt: now.Add(30 * time.Second), Registrar: self.DID}
	for name, tt := range map[string]struct {
		about  did.DID
		change func(*keystatement.Statement)
		edit   func(map[string]string)
		trusts bool
		want   error // nil: the key counts
	}{
		"an honest one":                    {about: bob.DID},
		"the key of another":               {about: bob.DID, change: func(s *keystatement.Statement) { s.Key = mallory.Key.PublicKey() }, want: registrarapi.ErrUnbound},
		"the key of a DID of another kind": {about: named.DID, change: func(s *keystatement.Statement) { s.DID, s.Key = named.DID, named.Key.PublicKey() }, want: registrarapi.ErrUnbound},
		"one that is believed":             {about: named.DID, change: func(s *keystatement.Statement) { s.DID, s.Key = named.DID, named.Key.PublicKey() }, trusts: true},
		"about another DID":                {about: mallory.DID, want: registrarapi.ErrStatement},
		"signed by another":                {about: bob.DID, edit: resign(t, mallory.Key), want: registrarapi.ErrStatement},
		"by another, with its key": {about: bob.DID, edit: func(m map[string]string) {
			m["registrarKey"] = did.EncodePublicKey(mallory.Key.PublicKey())
			resign(t, mallory.Key)(m)
		}, want: registrarapi.ErrStatement},
		"by another registrar": {about: bob.DID, edit: func(m map[string]string) { m["registrar"] = mallory.DID.String(); resign(t, self.Key)(m) }, want: registrarapi.ErrStatement},
		"changed on the way":   {about: bob.DID, edit: func(m map[string]string) { m["publicKey"] = did.EncodePublicKey(mallory.Key.PublicKey()) }, want: registrarapi.ErrStatement},
		"of half a minute ago": {about: bob.DID, change: func(s *keystatement.Statement) { shift(s, -31*time.Second) }, want: registrarapi.ErrStatement},
		"of two minutes ahead": {about: bob.DID, change: func(s *keystatement.Statement) { shift(s, 2*time.Minute) }, want: registrarapi.ErrStatement},
		"for an hour":          {about: bob.DID, change: func(s *keystatement.Statement) { s.ExpiresAt = now.Add(time.Hour) }, want: registrarapi.ErrStatement},
		"with one member more": {about: bob.DID, edit: func(m map[string]string) { m["note"] = "x" }, want: registrarapi.ErrStatement},
	} {
		t.Run(name, func(t *testing.T) {
			s := honest
			if tt.change != nil {
				tt.change(&s)
			}
			url, client := serve(t, stating(t, s, self.Key, tt.edit), self.DID)
			c := newClient(t, registrarapi.Config{
				URL: url, Registrar: self.DID, DID: mallory.DID, Key: mallory.Key, HTTPClient: client, UnboundKeys: tt.trusts,
				Now: func() time.Time { return now },
			})
			key, holds, err := c.PublicKey(t.Context(), tt.about)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if tt.want == nil && (!bytes.Equal(key, s.Key) || holds <= 0 || holds > 30*time.Second) || tt.want != nil && key != nil {
				t.Errorf("%x for %s", key, holds)
			}
			if errors.Is(err, registrarapi.ErrStatement) && !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Errorf("%v says something of the key", err)
			}
		})
	}
}

func shift(s *keystatement.Statement, by time.Duration) {
	s.Since, s.IssuedAt, s.ExpiresAt = s.Since.Add(by), s.IssuedAt.Add(by), s.ExpiresAt.Add(by)
}

// How we stand is what the registrar says of our own key.
func TestHowWeStand(t *testing.T) {
	self, alice := registrartest.NewAgent(t, "registrar"), registrartest.NewNamedAgent(t, "alice")
	now := time.Now().Truncate(time.Second)
	said := func(key ed25519.PublicKey) http.HandlerFunc {
		return stating(t, keystatement.Statement{DID: alice.DID, Key: key, Since: now, IssuedAt: now, ExpiresAt: now.Add(30 * time.Second), Registrar: self.DID}, self.Key, nil)
	}
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		want error
	}{
		"registered":          {said(alice.Key.PublicKey()), nil},
		"with another key":    {said(self.Key.PublicKey()), oauth.ErrInvalidResponse},
		"with anybody's key":  {said(registrartest.NewAgent(t, "bob").Key.PublicKey()), oauth.ErrInvalidResponse},
		"revoked":             {refusing(403, "revoked"), registrarapi.ErrRevoked},
		"nobody of our key":   {refusing(403, "crypto_mismatch"), registrarapi.ErrNotRegistered},
		"not registered":      {refusing(403, "not_registered"), registrarapi.ErrNotRegistered},
		"nobody knows us":     {refusing(404, "client_unknown"), registrarapi.ErrNotRegistered},
		"the registrar waits": {refusing(503, "storage_unavailable"), oauth.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			url, client := serve(t, tt.h, self.DID)
			c := newClient(t, registrarapi.Config{
				URL: url, Registrar: self.DID, DID: alice.DID, Key: alice.Key, HTTPClient: client, Now: func() time.Time { return now },
			})
			if err := c.Standing(t.Context()); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
