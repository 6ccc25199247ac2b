package registrar

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	fuzzKey    = "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"
	fuzzSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
)

// FuzzRegistration reads any body. What is taken has a key that can verify, a secret
// of a form that every authorization server takes, and nothing that could end a line.
func FuzzRegistration(f *testing.F) {
	for _, seed := range []string{
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `"}`,
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `","name":"a\u00e9","url":"https://a.example:1/b"}`,
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `","enrolmentToken":"` + tokenPrefix + fuzzSecret + `"}`,
		`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `","enrolmentToken":"zzz"}`,
		`{"publicKey":"11111111111111111111111111111111","clientSecret":"` + fuzzSecret + `"}`,
		`{"name":"a","name":"b"}`, `{"name":null}`, `{"NAME":"a"}`, `{"name":"\ud800"}`, `[]`, `null`, `{}{}`, "\xff", strings.Repeat("[", 100),
	} {
		f.Add([]byte(seed))
	}
	if _, refused := parseRegistration([]byte(`{"publicKey":"` + fuzzKey + `","clientSecret":"` + fuzzSecret + `"}`)); refused != nil {
		f.Fatalf("a good registration is refused: %v", refused)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		reg, refused := parseRegistration(body)
		if refused != nil {
			if say(refused.Word).status < 400 || say(refused.Word).hint == "" {
				t.Errorf("%q is refused with %v, which says nothing", body, refused)
			}
			return
		}
		if _, err := did.DecodePublicKey(did.EncodePublicKey(reg.Key)); err != nil {
			t.Errorf("%q has a key that is none: %v", body, err)
		}
		if n := len(reg.Secret); n < minSecret || n > maxSecret {
			t.Errorf("%q has a secret of %d bytes", body, n)
		}
		if len(reg.Name) > maxName || len(reg.URL) > maxURL || strings.ContainsAny(reg.Name, "\r\n\x00") || !utf8.ValidString(reg.Name+reg.URL) {
			t.Errorf("%q has the name %q and the URL %q", body, reg.Name, reg.URL)
		}
		if reg.Token != "" && reg.Token != malformedToken && !isTokenText(string(reg.Token)) {
			t.Errorf("%q has a token that is none", body)
		}
	})
}

// FuzzQuestion reads any form. What is taken has one token, and says nothing else.
func FuzzQuestion(f *testing.F) {
	for _, seed := range []string{"token=a.b-c", "token=a%2Bb%3D", "token=", "token", "token=a&token=b", "token=a&token_type_hint=b", "token=a;b", "%74oken=a", "=a", "", "\xff", "token=\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		token, refused := parseToken(body)
		if refused != nil {
			if refused.Word != QuestionInvalid || token != "" {
				t.Errorf("%q is refused with %v and %q", body, refused, token)
			}
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil || len(form) != 1 || form.Get("token") != token {
			t.Errorf("%q is taken as %q", body, token)
		}
		if isBearer(token) && (len(token) > MaxToken || strings.ContainsAny(token, "\r\n \x00&")) {
			t.Errorf("%q could be a token", token)
		}
	})
}

// FuzzAnnouncement reads any body. What is taken is written in one way.
func FuzzAnnouncement(f *testing.F) {
	sum := strings.Repeat("0a", 32)
	for _, seed := range []string{`{"tlsKey":"` + sum + `"}`, `{"tlsKey":"` + strings.ToUpper(sum) + `"}`, `{"tlsKey":"` + sum + `0a"}`, `{"tlsKey":null}`, `{}`, `[]`, `null`, `{"tlsKey":"","tlsKey":""}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		key, refused := parseAnnouncement(body)
		if refused != nil {
			if say(refused.Word).status != http.StatusBadRequest {
				t.Errorf("%q is refused with %v", body, refused)
			}
			return
		}
		if written := hex.EncodeToString(key[:]); !strings.Contains(string(body), written) && !strings.Contains(string(body), `\u`) {
			t.Errorf("%q is taken as %s", body, written)
		}
	})
}

// FuzzFollow reads any body. What is taken is bounded, in order, and names each DID once.
func FuzzFollow(f *testing.F) {
	for _, seed := range []string{`{"dids":[]}`, `{"dids":["did:bindu:a:b:1","did:bindu:a:a:1","did:bindu:a:b:1"]}`, `{"dids":["did:a:b"],"dids":[]}`, `{"dids":[null]}`, `{"dids":{}}`, `{}`, `[]`, `null`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		dids, refused := parseFollow(body)
		if refused != nil {
			if refused.Word != FollowInvalid || say(refused.Word).status != http.StatusBadRequest || dids != nil {
				t.Errorf("%q is refused with %v and %v", body, refused, dids)
			}
			return
		}
		if len(dids) > MaxFollowed || !slices.IsSortedFunc(dids, compareDIDs) {
			t.Errorf("%q is taken as %v", body, dids)
		}
		for i, d := range dids {
			if d.IsZero() || len(d.String()) > maxClientID || i > 0 && d == dids[i-1] {
				t.Errorf("%q names %q", body, d)
			}
		}
	})
}

// FuzzDifferences compares what an authority could have with what it should: no document
// without a difference lacks anything of ours.
func FuzzDifferences(f *testing.F) {
	const want = `{"client_id":"did:a:b","scope":"agent:read","grant_types":["client_credentials"],"response_types":[],"metadata":{"public_key":"k","registrar_revision":3}}`
	for _, seed := range []string{
		want, `{"client_id":"did:a:b"}`, `{"scope":null,"jwks":{}}`, `{"client_id":"did:a:b","metadata.public_key":"k","metadata":{"public_key":"other"}}`, `{"metadata":[],"x":{"metadata":{}}}`, `{"metadata":{"metadata":{"public_key":1e400}}}`,
		`{"a":1,"a":2}`, `[]`, `null`, `{"x":"\ud800"}`, strings.Repeat(`{"metadata":`, 200) + "1" + strings.Repeat("}", 200), "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, has []byte) {
		if key := publicKeyIn(has); key != publicKeyIn(has) {
			t.Errorf("%s has two keys", has)
		}
		drift, err := differences(has, []byte(want))
		if err != nil || len(drift) > 0 {
			return
		}
		left, err := flatDocument(has)
		if err != nil {
			t.Fatal(err)
		}
		right, err := flatDocument([]byte(want))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range right {
			if !sameValue(left[name], value) {
				t.Errorf("%s has no difference in %s", has, name)
			}
		}
		if publicKeyIn(has) != "k" {
			t.Errorf("%s has another key", has)
		}
	})
}
