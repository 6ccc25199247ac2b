package oidc

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/internal/oidctest"
)

// FuzzToken parses what a stranger sends. Whatever passes must be what encoding/
// json, a second reader, sees too: one token, one meaning.
func FuzzToken(f *testing.F) {
	b64 := base64.RawURLEncoding.EncodeToString
	for _, seed := range [][2]string{
		{`{"alg":"RS256","typ":"JWT","kid":"1"}`, `{"iss":"https://i.example","aud":["a"],"exp":1.5}`},
		{`{"alg":"none"}`, `{}`},
		{`{"alg":"RS256","crit":["exp"]}`, `{"a":{"b":1,"b":2}}`},
		{`{"alg":null,"kid":null}`, `{"exp":1e308}`},
		{`[]`, `null`},
	} {
		f.Add(b64([]byte(seed[0])) + "." + b64([]byte(seed[1])) + ".AAAA")
	}
	f.Add("..")
	f.Add("a.b.c.d.e")
	f.Fuzz(func(t *testing.T, token string) {
		s, err := split(token, DefaultMaxTokenBytes)
		if err != nil {
			return
		}
		if strings.Count(token, ".") != 2 || !strings.HasPrefix(token, s.signingInput+".") {
			t.Fatalf("signing input is not the head of the token")
		}
		if again := b64(s.header) + "." + b64(s.payload) + "." + b64(s.signature); again != token {
			t.Fatalf("two spellings of one token: %q and %q", token, again)
		}
		_, _ = parseHeader(s.header)
		claims, err := parseClaims(s.payload)
		if err != nil {
			return
		}
		if !utf8.Valid(s.payload) {
			t.Fatal("payload is not UTF-8")
		}
		var second map[string]any
		if err := json.Unmarshal(s.payload, &second); err != nil {
			t.Fatalf("a second reader refuses the payload: %v", err)
		}
		a, _ := json.Marshal(claims)
		b, _ := json.Marshal(second)
		if string(a) != string(b) {
			t.Fatalf("two readers differ: %s and %s", a, b)
		}
		readAll(claims)
	})
}

// readAll exercises the readers of claims; they must not panic.
func readAll(c claimSet) {
	for _, name := range []string{"exp", "nbf", "iat"} {
		_, _ = c.date(name)
	}
	_, _ = c.audience()
	_, _, _ = c.client([]string{"client_id", "a.b", "sub"})
	_ = c.rights([]string{"scope", "a.b.c", "roles"})
	_ = c.require("a.b", "x")
	_, _ = c.use()
	_ = c.extra()
}

func FuzzKeySet(f *testing.F) {
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		data, err := json.Marshal(map[string]any{"keys": []any{oidctest.NewKey(f, "k", algorithm).Public}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AQ"},null,1,{"use":"enc"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}],"keys":[]}`))
	allowed, err := newAlgorithmSet([]string{"RS256", "PS512", "ES256", "ES512", "EdDSA"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		set, _, err := parseKeySet(data, allowed)
		if err != nil {
			return
		}
		if len(set.keys) == 0 {
			t.Fatal("no error and no key")
		}
		for _, k := range set.keys {
			if !allowed.fitsAny(k.public) || !strong(k.public) {
				t.Fatalf("unusable key %q was kept: %T", k.id, k.public)
			}
			for _, a := range allowed {
				if k.serves(a) { // verifying must not panic whatever the key
					_ = a.method.Verify("a.b", []byte("signature"), k.public)
				}
			}
		}
	})
}

func FuzzDiscovery(f *testing.F) {
	f.Add([]byte(`{"issuer":"https://i.example","jwks_uri":"https://i.example/keys"}`))
	f.Add([]byte(`{"issuer":"https://i.example","jwks_uri":"http://i.example/keys"}`))
	f.Add([]byte(`{"issuer":"https://i.example","issuer":"https://i.example"}`))
	f.Add([]byte(`{"issuer":["https://i.example"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMetadata(data, "https://i.example", false)
		if err != nil {
			return
		}
		if m.Issuer != "https://i.example" {
			t.Fatalf("issuer %q", m.Issuer)
		}
		if m.JWKSURI != "" && !strings.HasPrefix(strings.ToLower(m.JWKSURI), "https://") {
			t.Fatalf("keys from %q", m.JWKSURI)
		}
	})
}

func FuzzDIDMap(f *testing.F) {
	f.Add([]byte(`{"clients":[{"issuer":"https://i.example/","client":"c","did":"did:bindu:a:b:c"}]}`))
	f.Add([]byte(`{"clients":[{"issuer":"i","client":"c","subject":"s","did":"did:a:b"},{"issuer":"i","client":"c","did":"did:a:c"}]}`))
	f.Add([]byte(`{"clients":[{"Issuer":"i"}]}`))
	f.Add([]byte(`{"clients":null} `))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parseDIDMap(data)
		if err != nil {
			return
		}
		for key, did := range entries {
			if key.issuer == "" || key.client == "" || !plausibleDID(did) {
				t.Fatalf("entry %+v → %q", key, did)
			}
		}
	})
}

func FuzzTokenAnswer(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"a.b.c","token_type":"Bearer","expires_in":3600}`))
	f.Add(200, []byte(`{"access_token":"a b","token_type":"bearer"}`))
	f.Add(400, []byte(`{"error":"invalid_client","error_description":"x"}`))
	f.Add(200, []byte(`{"expires_in":1e300}`))
	f.Fuzz(func(t *testing.T, status int, data []byte) {
		issued, err := parseTokenAnswer(status, data)
		if err != nil {
			return
		}
		if issued.Value == "" || strings.ContainsAny(issued.Value, " \r\n") || issued.Lifetime < 0 {
			t.Fatalf("accepted %+v", issued)
		}
	})
}
