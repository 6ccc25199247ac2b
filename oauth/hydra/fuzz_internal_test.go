package hydra

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/go-json-experiment/json/jsontext"
	ory "github.com/ory/hydra-client-go/v2"
)

const fuzzDID = "did:bindu:ops_at_example_com:echo_agent:154ac031-2fb0-ada1-eccf-5b27b5593c41"

// FuzzIntrospection: nothing but an object whose only active is the literal
// true may be taken for an active token, by encoding/json's lights as well.
func FuzzIntrospection(f *testing.F) {
	for _, seed := range []string{
		`{"active":false}`,
		`{"active":true,"scope":"agent:read","client_id":"` + fuzzDID + `","sub":"s","exp":1795319181,"iat":1795315581,"nbf":1795315581,"aud":["step-ca"],"iss":"http://127.0.0.1:4444","token_type":"Bearer","token_use":"access_token","ext":{"a":[1,null]}}`,
		`{"active":"true"}`, `{"active":1}`, `{"active":true,"active":false}`, `{"active":true}{}`, `[]`, `null`, ``, `<html>`,
		`{"active":true,"exp":1e308}`, `{"active":true,"exp":null}`, `{"active":true,"aud":"a"}`, `{"active":true,"aud":[1]}`, "{\"active\":true,\"sub\":\"\xff\"}",
		`{"Active":true}`, `{"active":true,"exp":-9223372036854775808}`,
	} {
		f.Add([]byte(seed))
	}
	options := &IntrospectorOptions{Issuer: "http://127.0.0.1:4444", ForbiddenAudiences: []string{"step-ca"}}
	now := time.Unix(1795315600, 0)
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := parseIntrospection(body)
		if err != nil {
			if !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Fatalf("%v does not wrap ErrInvalidResponse", err)
			}
			return
		}
		var second struct {
			Active any             `json:"active"`
			Exp    json.RawMessage `json:"exp"`
		}
		if err := json.Unmarshal(body, &second); err != nil {
			t.Fatalf("accepted what is not JSON: %v", err)
		}
		claims, err := options.judge(&in, now)
		if err != nil {
			return
		}
		if active, ok := second.Active.(bool); ok && !active {
			t.Fatalf("inactive token accepted: %s", body)
		}
		if claims.Issuer != options.Issuer || claims.HasAudience("step-ca") || !now.Before(claims.ExpiresAt) || claims.TokenUse != "access_token" {
			t.Fatalf("accepted %+v", claims)
		}
	})
}

// FuzzCredentialsFile: what can be read can be written again without losing
// anything of the other entries, digit by digit.
func FuzzCredentialsFile(f *testing.F) {
	f.Add([]byte(`{"`+fuzzDID+`":{"agent_id":"a","client_id":"`+fuzzDID+`","client_secret":"s","created_at":"2026-06-01T12:34:56.123456+00:00","scopes":["openid"],"x":1e400}}`), "new")
	f.Add([]byte(`{}`), "s")
	f.Add([]byte(`{"did:x:y":{"client_secret":"theirs","n":9007199254740993}}`), "s")
	f.Add([]byte(`{"`+fuzzDID+`":null}`), "s")
	f.Add([]byte(`{"a":1,"a":2}`), "s")
	f.Add([]byte("{\"\xff\":1}"), "s")
	f.Add([]byte(``), "s")
	d, err := did.Parse(fuzzDID)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte, secret string) {
		if secret == "" || !utf8.ValidString(secret) {
			t.Skip()
		}
		file, err := parseCredentialsFile(content)
		if err == nil {
			_, err = file.entry(d)
		}
		if err != nil && !errors.Is(err, ErrCredentialsCorrupt) && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("load: %v", err)
		}
		before := maps.Clone(file)
		if file == nil || file.put(&Credentials{ClientID: d.String(), ClientSecret: secret}) != nil {
			return
		}
		data, err := file.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseCredentialsFile(data)
		if err != nil {
			t.Fatal(err)
		}
		if saved, err := again.entry(d); err != nil || saved.ClientSecret != secret {
			t.Fatalf("saved, and then %v", err)
		}
		for name, value := range before {
			if name != d.String() && !sameText(value, again[name]) {
				t.Fatalf("entry %q was %s and is %s", name, value, again[name])
			}
		}
	})
}

// sameText compares two values without white space between their tokens, digit
// by digit.
func sameText(a, b jsontext.Value) bool {
	a, b = bytes.Clone(a), bytes.Clone(b)
	return a.Compact() == nil && b.Compact() == nil && bytes.Equal(a, b)
}

func FuzzDiscovery(f *testing.F) {
	for _, seed := range []string{
		`{"issuer":"http://127.0.0.1:4444","jwks_uri":"http://127.0.0.1:4444/.well-known/jwks.json"}`, `{"issuer":""}`, `{}`, `[]`, ``,
		`{"issuer":"https://a.example#b"}`, `{"issuer":"https://u:p@a.example"}`, `{"issuer":"https://a.example","issuer":"x"}`, `{"issuer":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		issuer, err := parseDiscovery(body)
		if err != nil {
			if issuer != "" || !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Fatalf("%q %v", issuer, err)
			}
			return
		}
		if strings.ContainsAny(issuer, "#? \r\n\x00") || !strings.HasPrefix(strings.ToLower(issuer), "http") {
			t.Fatalf("accepted issuer %q", issuer)
		}
	})
}

func FuzzTokenReply(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"ory_at_x.y","expires_in":3599,"scope":"","token_type":"bearer"}`, `{"error":"invalid_client"}`, `{}`, `[]`, ``,
		`{"access_token":"a\nb","token_type":"bearer"}`, `{"access_token":"a","token_type":"bearer","expires_in":1e9}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if code := errorCode(body); strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" || len(code) > 64 {
			t.Fatalf("code %q", code)
		}
		token, err := issued.Parse(body, maxReply)
		if err != nil {
			if !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Fatal(err)
			}
			return
		}
		if strings.ContainsAny(token.Value, " \r\n\t\x00\"") || token.Value == "" || token.Lifetime < 0 {
			t.Fatalf("accepted %q for %v", token.Value, token.Lifetime)
		}
	})
}

// FuzzClientDocument: repairing whatever Hydra shows settles at once: the result
// contains what is wanted, differs no more, and holds all that the patch does not
// name as it was, digit by digit.
func FuzzClientDocument(f *testing.F) {
	for _, seed := range []string{
		`{"client_id":"x","scope":"billing openid","audience":["a"],"metadata":{"public_key":"x","n":9007199254740993},"jwks":{}}`,
		`{}`, `{"metadata":null}`, `{"metadata":[]}`, `{"scope":7,"audience":"a","grant_types":[1],"client_name":null}`, `{"jwks":{"keys":[]}}`,
		`{"jwks":{},"jwks_uri":"https://a.example","not_in_the_model":{"n":1e-7},"metadata":{"registered_at":7,"hybrid_auth":"true"}}`,
		`{"client_id":"x","Client_ID":"y","metadata":{"a/b":1,"~":{}}}`, `{"client_id":"x","client_id":"y"}`, `{"created_at":"yesterday"}`,
		`{"owner":"<&>\u2028","metadata":{"n":1e400,"m":4.9e-324,"agent_url":{"a":"<&>"}}}`,
	} {
		f.Add([]byte(seed))
	}
	d, err := did.Parse(fuzzDID)
	if err != nil {
		f.Fatal(err)
	}
	wanted := Wanted{DID: d, AgentID: "id", AgentURL: "https://a.example", Name: "n", PublicKey: make([]byte, 32), Audience: []string{"step-ca"}, AccessTokenJWT: true}.withDefaults()
	f.Fuzz(func(t *testing.T, body []byte) {
		client, err := parseClient(body)
		if err != nil {
			return
		}
		var before hydratest.Document
		if err := json.Unmarshal(body, &before); err != nil {
			t.Fatalf("accepted what is not an object: %v", err)
		}
		if _, err := hydratest.Patched(before, []byte("[]")); err != nil {
			return // not what Hydra would hold: it takes names in any case
		}
		patch := wanted.repair(client, time.Unix(0, 0)).complete(client, "a secret")
		data, err := json.Marshal(patch)
		if err != nil {
			t.Fatal(err)
		}
		after, err := hydratest.Patched(before, data)
		if err != nil {
			t.Fatalf("%s cannot be applied: %v", data, err)
		}
		checkSettled(t, wanted, before, after, patch)
	})
}

func checkSettled(t *testing.T, wanted Wanted, before, after hydratest.Document, patch []ory.JsonPatch) {
	named := make(map[string]bool)
	for _, op := range patch {
		name, _, _ := strings.Cut(op.Path[1:], "/")
		named[name] = true
	}
	for name, value := range before {
		if !named[name] && !sameText(jsontext.Value(value), jsontext.Value(after[name])) {
			t.Fatalf("%s was %s and is %s", name, value, after[name])
		}
	}
	data, err := json.Marshal(after)
	if err != nil {
		t.Fatal(err)
	}
	client, err := parseClient(data)
	if err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	if again := wanted.repair(client, time.Unix(1, 0)); len(again.drift) != 0 || len(again.patch) != 0 {
		t.Fatalf("not settled: %v", again.drift)
	}
	if keyOf(client, wanted) != keyOurs {
		t.Fatal("our key is not in it")
	}
}
