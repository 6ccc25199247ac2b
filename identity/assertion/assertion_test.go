package assertion_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/assertion"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
)

func name(t *testing.T, text string) did.DID {
	t.Helper()
	d, err := did.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// keyOf finds the key of a token in the served set, as a program behind the agent does.
func keyOf(t *testing.T, i *assertion.Issuer) jwt.Keyfunc {
	t.Helper()
	w := httptest.NewRecorder()
	i.ServeHTTP(w, httptest.NewRequest(http.MethodGet, assertion.Path, nil))
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(w.Body.Bytes(), []byte(`"d"`)) {
		t.Fatalf("the set has the private key: %s", w.Body)
	}
	return func(token *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.KID == token.Header["kid"] {
				jwk, err := jwkset.NewJWKFromMarshal(k, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
				return jwk.Key(), err
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}
}

func TestATokenSaysWhoAsksForWhatAndIsSoonOver(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	issuer, err := assertion.NewIssuer(name(t, "did:bindu:a:agent:1"), func() time.Time { return now }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := keyOf(t, issuer)
	seen := map[any]bool{}
	for range 2 {
		h, err := issuer.Header(assertion.Request{Caller: identity.Caller{DID: name(t, "did:bindu:b:caller:2")}, Audience: "http://127.0.0.1:9000", Method: "tools/call", Tool: "add"})
		if err != nil {
			t.Fatal(err)
		}
		if h.Get("Agent-Caller-DID") != "did:bindu:b:caller:2" || h.Get("Agent-Caller-Name") != "did:bindu:b:caller:2" {
			t.Errorf("headers %v", h)
		}
		got := jwt.MapClaims{}
		parse := func(at time.Time, options ...jwt.ParserOption) error {
			options = append(options, jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(func() time.Time { return at }))
			_, err := jwt.ParseWithClaims(h.Get("Agent-Caller-Token"), got, key, options...)
			return err
		}
		if err := parse(now, jwt.WithIssuer("did:bindu:a:agent:1"), jwt.WithAudience("http://127.0.0.1:9000"), jwt.WithSubject("did:bindu:b:caller:2"), jwt.WithExpirationRequired(), jwt.WithIssuedAt()); err != nil {
			t.Fatal(err)
		}
		if got["method"] != "tools/call" || got["tool"] != "add" || seen[got["jti"]] || got["exp"].(float64)-got["iat"].(float64) != 60 {
			t.Errorf("claims %v", got)
		}
		seen[got["jti"]] = true
		if err := parse(now.Add(61 * time.Second)); err == nil {
			t.Error("the token counts a minute later")
		}
	}
	other, err := assertion.NewIssuer(name(t, "did:bindu:a:agent:1"), time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h, _ := issuer.Header(assertion.Request{Caller: identity.Caller{DID: name(t, "did:bindu:b:caller:2")}})
	if _, err := jwt.Parse(h.Get("Agent-Caller-Token"), keyOf(t, other)); err == nil {
		t.Error("another process has the same key")
	}
}

func TestACallerWithoutADIDHasANameAlone(t *testing.T) {
	issuer, err := assertion.NewIssuer(name(t, "did:bindu:a:agent:1"), time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h, err := issuer.Header(assertion.Request{Caller: identity.Caller{Claims: oauth.Claims{Issuer: "https://i", ClientID: "c"}}})
	if _, has := h[assertion.HeaderDID]; err != nil || has || h.Get("Agent-Caller-Name") != "oauth:https%3A%2F%2Fi:c:" {
		t.Errorf("%v: %v", err, h)
	}
	if h, err := issuer.Header(assertion.Request{}); err == nil {
		t.Errorf("nobody is vouched for: %v", h)
	}
}

func TestOursAreKnownInEachSpelling(t *testing.T) {
	for header, want := range map[string]bool{
		"Agent-Caller-Did": true, "agent-caller-did": true, "AGENT_CALLER_DID": true, "Agent_Caller-Name": true, "Agent-Deadline": true, "Agent-": true,
		"Agent": false, "Agen": false, "": false, "User-Agent": false, "X-Agent-Caller-Did": false, "Agents-Caller": false,
	} {
		if assertion.IsOurs(header) != want {
			t.Errorf("%q: %t", header, !want)
		}
	}
}
