package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/oauth"
)

func keySetOf(t testing.TB, keys ...map[string]any) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func with(base map[string]any, changes map[string]any) map[string]any {
	out := maps.Clone(base)
	for name, v := range changes {
		if out[name] = v; v == nil {
			delete(out, name)
		}
	}
	return out
}

func algorithms(t testing.TB, names ...string) algorithmSet {
	t.Helper()
	set, err := newAlgorithmSet(names)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestUnusableKeysAreSkipped puts one bad key beside a good one: the good one
// serves, the bad one is reported with its reason.
func TestUnusableKeysAreSkipped(t *testing.T) {
	good := oidctest.NewKey(t, "good", "RS256").Public
	rsaKey := with(good, map[string]any{"kid": "bad"})
	ec := oidctest.NewKey(t, "bad", "ES256").Public
	ed := oidctest.NewKey(t, "bad", "EdDSA").Public
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weak := with(oidctest.PublicJWK(short.Public()), map[string]any{"kid": "bad"})
	for name, c := range map[string]struct {
		key  any
		want error
	}{
		"not an object":             {"key", errKeyMalformed},
		"kty missing":               {with(rsaKey, map[string]any{"kty": nil}), errKeyMalformed},
		"kty unknown":               {with(rsaKey, map[string]any{"kty": "LWE"}), errKeyMalformed},
		"n missing":                 {with(rsaKey, map[string]any{"n": nil}), errKeyMalformed},
		"n is not base64":           {with(rsaKey, map[string]any{"n": "!!"}), errKeyMalformed},
		"n is even":                 {with(rsaKey, map[string]any{"n": rsaKey["n"].(string)[:340] + "AA"}), errKeyWeak},
		"e is 1":                    {with(rsaKey, map[string]any{"e": "AQ"}), errKeyMalformed},
		"e is even":                 {with(rsaKey, map[string]any{"e": "BA"}), errKeyWeak},
		"e is longer than 64 bits":  {with(rsaKey, map[string]any{"e": "AQAAAAAAAAAAAAEAAQ"}), errKeyMalformed},
		"RSA of 1024 bits":          {weak, errKeyWeak},
		"kid is a number":           {with(rsaKey, map[string]any{"kid": 7}), errKeyMalformed},
		"use enc":                   {with(rsaKey, map[string]any{"use": "enc"}), errKeyUse},
		"use in upper case":         {with(rsaKey, map[string]any{"use": "SIG"}), errKeyUse},
		"key_ops without verify":    {with(rsaKey, map[string]any{"key_ops": []string{"encrypt"}}), errKeyUse},
		"private part published":    {with(rsaKey, map[string]any{"d": "AQAB"}), errKeyPrivate},
		"symmetric":                 {map[string]any{"kty": "oct", "kid": "bad", "k": "c2VjcmV0"}, errKeyPrivate},
		"algorithm not configured":  {with(rsaKey, map[string]any{"alg": "RS512"}), errKeyAlgorithm},
		"algorithm of another type": {with(rsaKey, map[string]any{"alg": "ES256"}), errKeyAlgorithm},
		"algorithm HS256":           {with(rsaKey, map[string]any{"alg": "HS256"}), errKeyAlgorithm},
		"type not configured":       {with(oidctest.NewKey(t, "bad", "ES384").Public, map[string]any{"alg": nil}), errKeyAlgorithm},
		"curve of another alg":      {with(oidctest.NewKey(t, "bad", "ES384").Public, map[string]any{"alg": "ES256"}), errKeyAlgorithm},
		"point not on its curve":    {with(ec, map[string]any{"x": ec["y"], "y": ec["x"]}), errKeyMalformed},
		"Ed25519 of 31 bytes":       {with(ed, map[string]any{"x": ed["x"].(string)[:41]}), errKeyMalformed},
		"Ed25519 of small order":    {with(ed, map[string]any{"x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}), errKeyWeak},
		"X25519":                    {with(ed, map[string]any{"crv": "X25519"}), errKeyAlgorithm},
		"same id and type":          {with(rsaKey, map[string]any{"kid": "good"}), errKeyAmbiguous},
		"duplicate name in the key": {json.RawMessage(`{"kty":"RSA","kty":"RSA"}`), nil}, // fails the document
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := json.Marshal(map[string]any{"keys": []any{good, c.key}})
			if err != nil {
				t.Fatal(err)
			}
			set, skipped, err := parseKeySet(doc, algorithms(t, "RS256", "ES256", "EdDSA"))
			if c.want == nil {
				if !errors.Is(err, oauth.ErrInvalidResponse) {
					t.Errorf("parseKeySet: %v, want ErrInvalidResponse", err)
				}
				return
			}
			if err != nil || len(set.keys) != 1 || set.keys[0].id != "good" {
				t.Fatalf("parseKeySet: %v; want the good key alone", err)
			}
			if len(skipped) != 1 || skipped[0].Reason != c.want.Error() {
				t.Errorf("skipped: %+v, want %q", skipped, c.want)
			}
		})
	}
}

func TestKeyWithoutAlgorithmServesTheConfiguredOnesOfItsType(t *testing.T) {
	bare := func(id, algorithm string) map[string]any {
		return with(oidctest.NewKey(t, id, algorithm).Public, map[string]any{"alg": nil, "use": nil})
	}
	doc := keySetOf(t, bare("rsa", "RS256"), bare("p256", "ES256"), bare("p384", "ES384"), bare("ed", "EdDSA"))
	allowed := algorithms(t, "RS256", "PS384", "ES256", "ES384", "EdDSA")
	set, skipped, err := parseKeySet(doc, allowed)
	if err != nil || len(skipped) != 0 {
		t.Fatalf("parseKeySet: %v, skipped %v", err, skipped)
	}
	serves := map[string]string{"RS256": "rsa", "PS384": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed"}
	for _, a := range allowed {
		for _, id := range []string{"rsa", "p256", "p384", "ed"} {
			_, err := set.find(&id, a)
			if serves[a.name] == id && err != nil {
				t.Errorf("%s with key %s: %v", a.name, id, err)
			}
			if serves[a.name] != id && !errors.Is(err, oauth.ErrUnknownKey) {
				t.Errorf("%s with key %s: %v, want ErrUnknownKey", a.name, id, err)
			}
		}
	}
}

func TestKeyWithAlgorithmServesNoOther(t *testing.T) {
	allowed := algorithms(t, "RS256", "RS512", "PS256")
	set, _, err := parseKeySet(keySetOf(t, oidctest.NewKey(t, "k", "RS512").Public), allowed)
	if err != nil {
		t.Fatal(err)
	}
	id := "k"
	for _, a := range allowed {
		if _, err := set.find(&id, a); (err == nil) != (a.name == "RS512") {
			t.Errorf("%s with a key for RS512: %v", a.name, err)
		}
	}
}

func TestTokenWithoutKeyIDNeedsAnOnlyKey(t *testing.T) {
	a := oidctest.NewKey(t, "a", "RS256").Public
	allowed := algorithms(t, "RS256")
	for _, c := range []struct {
		name string
		keys []map[string]any
		ok   bool
	}{
		{"one key", []map[string]any{a}, true},
		{"one key without id", []map[string]any{with(a, map[string]any{"kid": nil})}, true},
		{"two keys", []map[string]any{a, with(oidctest.NewKey(t, "b", "RS256").Public, nil)}, false},
		{"two keys without id", []map[string]any{with(a, map[string]any{"kid": nil}), with(oidctest.NewKey(t, "b", "RS256").Public, map[string]any{"kid": nil})}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, _, err := parseKeySet(keySetOf(t, c.keys...), allowed)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := set.find(nil, allowed[0]); (err == nil) != c.ok {
				t.Errorf("find: %v, want found %v", err, c.ok)
			}
		})
	}
}

func TestOneIDMayNameKeysOfSeveralTypes(t *testing.T) {
	allowed := algorithms(t, "RS256", "ES256")
	set, skipped, err := parseKeySet(keySetOf(t, oidctest.NewKey(t, "k", "RS256").Public, oidctest.NewKey(t, "k", "ES256").Public), allowed)
	if err != nil || len(skipped) != 0 {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	id := "k"
	for _, a := range allowed {
		if key, err := set.find(&id, a); err != nil || !a.fits(key) {
			t.Errorf("%s: %T, %v", a.name, key, err)
		}
	}
}

func TestKeySetIsBounded(t *testing.T) {
	key := oidctest.NewKey(t, "", "RS256").Public
	keys := make([]map[string]any, 0, maxKeys+1)
	for i := range maxKeys + 1 {
		keys = append(keys, with(key, map[string]any{"kid": fmt.Sprint(i)}))
	}
	if _, _, err := parseKeySet(keySetOf(t, keys...), algorithms(t, "RS256")); !errors.Is(err, oauth.ErrInvalidResponse) {
		t.Errorf("%d keys: %v, want ErrInvalidResponse", len(keys), err)
	}
	if set, _, err := parseKeySet(keySetOf(t, keys[1:]...), algorithms(t, "RS256")); err != nil || len(set.keys) != maxKeys {
		t.Errorf("%d keys: %v", maxKeys, err)
	}
}
