package gate_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// refused sends requests that fail in each of the four kinds that Auth0's guide
// numbers, and one of another kind, and returns the numbers of the answers.
func refused(t *testing.T, auth0 bool, header, query string) map[string]int {
	t.Helper()
	numbers := make(map[string]int)
	for kind, spoil := range map[string]func(*bench, *http.Request){
		"missing":     func(_ *bench, r *http.Request) { r.Header.Del("Authorization") },
		"invalid":     func(b *bench, _ *http.Request) { b.tokenErr = oauth.ErrInactive },
		"expired":     func(b *bench, _ *http.Request) { b.tokenErr = oauth.ErrExpired },
		"permissions": func(b *bench, _ *http.Request) { b.claims.Scopes = nil },
		"signature":   func(_ *bench, r *http.Request) { r.Header.Del(signature.HeaderSignature) },
	} {
		b := newBench(t, func(c *gate.Config) { c.Auth0Numbers = auth0 })
		r := b.request(signature.Reference, testBody)
		if header != "" {
			r.Header.Set("A2A-Version", header)
		}
		r.URL.RawQuery = query
		spoil(b, r)
		w := httptest.NewRecorder()
		b.chain.ServeHTTP(w, r)
		var answer struct{ Error struct{ Code int } }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code/100 != 4 {
			t.Fatalf("%s: %d %s", kind, w.Code, w.Body)
		}
		numbers[kind] = answer.Error.Code
	}
	return numbers
}

// The numbers of Auth0's guide are those of other errors to A2A: only callers
// that name no version get them, and only where the operator wants it.
func TestAuth0NumbersAreForCallersWithoutAVersion(t *testing.T) {
	own := map[string]int{"missing": -31401, "invalid": -31402, "permissions": -31403, "expired": -31404, "signature": -31407}
	guide := map[string]int{"missing": -32001, "invalid": -32002, "permissions": -32003, "expired": -32004, "signature": -31407}
	for name, tt := range map[string]struct {
		auth0         bool
		header, query string
		want          map[string]int
	}{
		"own":                        {false, "", "", own},
		"own, with a version":        {false, "1.0", "", own},
		"auth0":                      {true, "", "", guide},
		"auth0, 1.0":                 {true, "1.0", "", own},
		"auth0, 0.3":                 {true, "0.3", "", own},
		"auth0, a version of nobody": {true, "9.9", "", own},
		"auth0, 1.0 in the query":    {true, "", "A2A-Version=1.0", own},
	} {
		t.Run(name, func(t *testing.T) {
			got := refused(t, tt.auth0, tt.header, tt.query)
			for kind, want := range tt.want {
				if got[kind] != want {
					t.Errorf("%s is %d, want %d", kind, got[kind], want)
				}
			}
		})
	}
}

// Callers of A2A 1.0 get data as its section 9.5 asks; others the object.
func TestDataIsAListForCallersOf1(t *testing.T) {
	for version, listed := range map[string]bool{"1.0": true, "1.0.1": true, "0.3": false, "": false, "2.0": false} {
		b := newBench(t)
		b.tokenErr = errors.Join(oauth.ErrInactive)
		r := b.request(signature.Reference, testBody)
		if version != "" {
			r.Header.Set("A2A-Version", version)
		}
		w := httptest.NewRecorder()
		b.chain.ServeHTTP(w, r)
		id := w.Header().Get("X-Request-Id")
		want := `"data":{"reason":"token_inactive","gate":"token","requestId":"` + id + `","hint":"`
		if listed {
			want = `"data":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"getbindu.com","metadata":{"reason":"token_inactive","gate":"token","requestId":"` + id + `","hint":"`
		}
		if body := w.Body.String(); w.Code != 401 || !strings.Contains(body, want) || listed != strings.HasSuffix(body, `"},"reason":"TOKEN_INACTIVE"}]}}`) {
			t.Errorf("%q: %d %s", version, w.Code, body)
		}
	}
}
