package gate_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// bindingSchemes are those whose signatures name recipient, method and target.
var bindingSchemes = []signature.Scheme{signature.JCS1, signature.Octets1}

func TestHostile084RecipientMethodAndTargetAreBound(t *testing.T) {
	tests := map[string]struct {
		change func(*http.Request)
		reason string
	}{
		"query":            {func(r *http.Request) { r.URL.RawQuery, r.RequestURI = "a=b", r.RequestURI+"?a=b" }, "crypto_mismatch"},
		"nonce":            {func(r *http.Request) { r.Header.Set(signature.HeaderNonce, strings.Repeat("A", 22)) }, "crypto_mismatch"},
		"nonce malformed":  {func(r *http.Request) { r.Header.Set(signature.HeaderNonce, strings.Repeat("=", 22)) }, "malformed_input"},
		"named recipient":  {func(r *http.Request) { r.Header.Set(signature.HeaderAudience, "did:bindu:ops:other:3") }, "wrong_recipient"},
		"scheme taken off": {func(r *http.Request) { r.Header.Del(signature.HeaderScheme) }, "crypto_mismatch"},
		"unknown scheme":   {func(r *http.Request) { r.Header.Set(signature.HeaderScheme, "jcs-2") }, "scheme_unknown"},
		"no nonce":         {func(r *http.Request) { r.Header.Del(signature.HeaderNonce) }, "missing_signature_headers"},
	}
	for _, scheme := range bindingSchemes {
		for name, tt := range tests {
			t.Run(string(scheme)+" "+name, func(t *testing.T) {
				b := newBench(t)
				r := b.request(scheme, testBody)
				tt.change(r)
				if w, got := b.do(r); w.Code != 403 || got.Error.Data.Reason != tt.reason {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
			})
		}
		t.Run(string(scheme)+" signed for another agent", func(t *testing.T) {
			b := newBench(t)
			self := b.self
			b.self = mustDID(t, "did:bindu:ops:other:3")
			r := b.request(scheme, testBody)
			b.self = self
			if w, got := b.do(r); w.Code != 403 || got.Error.Data.Reason != "crypto_mismatch" {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		})
		t.Run(string(scheme)+" called the other", func(t *testing.T) {
			b := newBench(t)
			r := b.request(scheme, testBody)
			for _, other := range bindingSchemes {
				if other != scheme {
					r.Header.Set(signature.HeaderScheme, string(other))
				}
			}
			if w, got := b.do(r); w.Code != 403 || got.Error.Data.Reason != "crypto_mismatch" {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		})
	}
}

// octets-1 covers the bytes of the body and the content type as they are sent.
func TestOctetsCoverBodyAndContentType(t *testing.T) {
	for name, change := range map[string]func(*http.Request){
		"a space more": func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(testBody+" ")), int64(len(testBody)+1)
		},
		"no body":            func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 },
		"charset added":      func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") },
		"another media type": func(r *http.Request) { r.Header.Set("Content-Type", "application/a2a+json") },
		"method":             func(r *http.Request) { r.Method = "DELETE" },
		"path":               func(r *http.Request) { r.URL.Path, r.RequestURI = "/", "/" },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			r := httptest.NewRequest("POST", "https://agent.test/bound", strings.NewReader(testBody))
			good := b.request(signature.Octets1, testBody)
			r.TLS, r.Header = good.TLS, good.Header
			b.sign(r, signature.Octets1, testBody, testNow.Unix())
			change(r)
			if w, got := b.do(r); w.Code != 403 || got.Error.Data.Reason != "crypto_mismatch" || b.ran["replay"] != 0 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		})
	}
}

// On another path than POST / a signature must cover all of a request: one that does
// not could be carried there.
func TestOtherRoutesNeedASchemeThatBinds(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		for _, method := range []string{"POST", "DELETE"} {
			t.Run(string(scheme)+" "+method, func(t *testing.T) {
				b := newBench(t)
				r := httptest.NewRequest(method, "https://agent.test/bound", strings.NewReader(testBody))
				good := b.request(scheme, testBody)
				r.TLS, r.Header = good.TLS, good.Header
				b.sign(r, scheme, testBody, testNow.Unix())
				w, got := b.do(r)
				if scheme.CoversContentType() {
					if w.Code != http.StatusOK || b.ran["handler"] != 1 {
						t.Fatalf("%d %s", w.Code, w.Body)
					}
					return
				}
				if w.Code != 403 || got.Error.Data.Reason != "scheme_unbound" || got.Error.Data.Gate != "signature" || b.ran["key"] != 0 || b.ran["handler"] != 0 {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
			})
		}
	}
}

// A nonce opens the door once, whatever else is signed with it: the next moment,
// another body, under the other scheme.
func TestHostile079ANonceOpensOnce(t *testing.T) {
	const nonce = "AAECAwQFBgcICQoLDA0ODw"
	for _, scheme := range bindingSchemes {
		for name, second := range map[string]signature.Request{
			"another time": {Timestamp: testNow.Unix() + 1, Body: []byte(testBody)},
			"another body": {Timestamp: testNow.Unix(), Body: []byte(strings.Replace(testBody, "7", "8", 1))},
		} {
			t.Run(string(scheme)+" "+name, func(t *testing.T) {
				b := newBench(t)
				first := signature.Request{Timestamp: testNow.Unix(), Body: []byte(testBody)}
				for i, signed := range []signature.Request{first, second} {
					r := b.request(scheme, string(signed.Body))
					signed.DID, signed.Audience, signed.Nonce = b.caller, b.self, nonce
					signed.Method, signed.Target, signed.ContentType = r.Method, "/", r.Header.Get("Content-Type")
					h, err := signature.SignHeader(b.key, scheme, signed, nil)
					if err != nil {
						t.Fatal(err)
					}
					maps.Copy(r.Header, h)
					want := []int{http.StatusOK, http.StatusConflict}[i]
					if w, got := b.do(r); w.Code != want || i == 1 && got.Error.Data.Reason != "replayed" {
						t.Errorf("request %d: %d %s, want %d", i, w.Code, w.Body, want)
					}
				}
			})
		}
	}
}

// What the scheme cannot bind is named: the hint about the signature's own form
// would send its maker looking in the wrong place.
func TestAContentTypeThatCannotBeBoundIsNamed(t *testing.T) {
	b := newBench(t)
	r := b.request(signature.Octets1, testBody)
	r.Header.Set("Content-Type", "application/json; a="+strings.Repeat("x", 300))
	if w, got := b.do(r); w.Code != 403 || got.Error.Data.Reason != "malformed_input" || !strings.Contains(got.Error.Data.Hint, "Content-Type") || b.ran["handler"] != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestABodyStaysWhileOthersPass: what a handler reads is its own request's, whoever else
// passes the gates meanwhile.
func TestABodyStaysWhileOthersPass(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		b := newBench(t)
		bodies := []string{testBody, strings.ReplaceAll(testBody, "1", "2"), strings.ReplaceAll(testBody, "1", "3")}
		var served []string
		b.handler = func(_ http.ResponseWriter, r *http.Request) {
			own := b.served
			if len(bodies) > 1 {
				bodies = bodies[1:]
				if w, _ := b.do(b.request(signature.Schemes()[2*(len(bodies)-1)], bodies[0])); w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", scheme, w.Code, w.Body)
				}
			}
			env, _ := jsonrpc.FromContext(r.Context())
			served = append(served, string(own)+string(env.Params))
		}
		if w, _ := b.do(b.request(scheme, bodies[0])); w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", scheme, w.Code, w.Body)
		}
		for i, last := range []string{"3", "2", "1"} {
			if want := `"x":` + last; strings.Count(strings.ReplaceAll(served[i], " ", ""), want) != 2 {
				t.Errorf("%s: %q, want %s twice", scheme, served[i], want)
			}
		}
	}
}
