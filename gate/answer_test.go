package gate_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/oauth"
)

// ownKey is that of the agent behind the gates.
func ownKey(t testing.TB) *did.KeyPair {
	t.Helper()
	k, err := did.KeyPairFromSeed(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// answering is a chain that signs, in front of a handler.
func answering(t testing.TB, h http.HandlerFunc, configure ...func(*gate.Config)) *bench {
	t.Helper()
	return newBench(t, append([]func(*gate.Config){behind(h), func(c *gate.Config) { c.Key = ownKey(t) }}, configure...)...)
}

// demanding is a request that demands a signed answer.
func (b *bench) demanding(scheme signature.Scheme, body string) *http.Request {
	r := b.request(scheme, body)
	signature.Demand(r.Header)
	return r
}

// verified says whether an answer to r is signed, and by whom.
func (b *bench) verified(t testing.TB, r *http.Request, w *httptest.ResponseRecorder) error {
	t.Helper()
	binding, err := signature.BindingOf(r.Header, b.self)
	if err != nil {
		t.Fatal(err)
	}
	h := w.Result().Header
	at, err := signature.VerifyAnswer(ownKey(t).PublicKey(), signature.Answer{
		Binding: binding, Status: w.Code, ContentType: h.Get("Content-Type"), Body: w.Body.Bytes(),
	}, h)
	if err == nil && at != testNow.Unix() {
		t.Errorf("signed at %d", at)
	}
	return err
}

// Whatever a handler answers, and however it writes it, is signed as it is sent.
func TestAnswersAreSignedOnDemand(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		status  int
		body    string
	}{
		"whole": {func(w http.ResponseWriter, _ *http.Request) {
			jsonrpc.SetHeaders(w.Header())
			_, _ = jsonrpc.Send(w, 201, []byte(`{"a":1}`))
		}, 201, `{"a":1}`},
		"in pieces": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, "a")
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, "b")
			w.WriteHeader(500)
		}, 200, "ab"},
		"large, in pieces": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = io.WriteString(w, strings.Repeat("x", 1000))
			}
		}, 200, strings.Repeat("x", 100_000)},
		"without a type": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, 200, "<html>"},
		"nothing":        {func(http.ResponseWriter, *http.Request) {}, 200, ""},
		"no content":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, 204, ""},
		"not UTF-8":      {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0xff, 0}) }, 200, "\xff\x00"},
		"only flushed": {func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			w.WriteHeader(404)
		}, 200, ""},
		"a refusal": {quota, 429, ""},
		"a panic":   {func(http.ResponseWriter, *http.Request) { panic("x") }, 500, ""},
	} {
		for _, scheme := range signature.Schemes() {
			t.Run(name+", "+string(scheme), func(t *testing.T) {
				b := answering(t, tt.handler)
				r := b.demanding(scheme, testBody)
				w := httptest.NewRecorder()
				b.chain.ServeHTTP(w, r)
				if err := b.verified(t, r, w); err != nil || w.Code != tt.status || tt.body != "" && w.Body.String() != tt.body {
					t.Errorf("%v: %d %.100s %v", err, w.Code, w.Body, w.Result().Header)
				}
				if len(b.events) != 1 || b.events[0].Status != tt.status {
					t.Errorf("recorded %+v", b.events)
				}
			})
		}
	}
}

func TestAnswersAreNotSignedUnasked(t *testing.T) {
	b := answering(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a") })
	r := b.request(signature.Octets1, testBody)
	w := httptest.NewRecorder()
	b.chain.ServeHTTP(w, r)
	if err := b.verified(t, r, w); !errors.Is(err, signature.ErrMissing) || w.Code != 200 || w.Header().Get("X-DID") != "" {
		t.Errorf("%v: %d %v", err, w.Code, w.Header())
	}
}

// What is refused behind the gate replay is signed; before it nobody makes the key sign.
func TestRefusalsAreSignedForWhoIsProved(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*bench, *http.Request)
		body   string
		reason string
		signed bool
	}{
		"no token":           {change: func(_ *bench, r *http.Request) { r.Header.Del("Authorization") }, reason: "auth_missing"},
		"another's token":    {change: func(b *bench, _ *http.Request) { b.claims.DID = "did:bindu:ops:other:3" }, reason: "identity_mismatch"},
		"no signature of it": {change: func(b *bench, _ *http.Request) { b.publicKey = ownKey(b.t).PublicKey() }, reason: "crypto_mismatch"},
		"not this caller":    {change: func(b *bench, _ *http.Request) { b.callerErr = errors.New("no") }, reason: "policy_denied"},
		"no permission":      {change: func(b *bench, _ *http.Request) { b.claims.Scopes = nil }, reason: "scope_insufficient", signed: true},
		"no JSON":            {body: `{"a":`, reason: "json_malformed", signed: true},
		"unknown method":     {body: strings.Replace(testBody, "SendMessage", "Nonsense", 1), reason: "method_not_found", signed: true},
		"policy":             {change: func(b *bench, _ *http.Request) { b.policyErr = errors.New("no") }, reason: "policy_denied", signed: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := answering(t, func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") })
			body := testBody
			if tt.body != "" {
				body = tt.body
			}
			r := b.demanding(signature.Octets1, body)
			if tt.change != nil {
				tt.change(b, r)
			}
			w, got := b.do(r)
			err := b.verified(t, r, w)
			if got.Error.Data.Reason != tt.reason || (err == nil) != tt.signed || !tt.signed && !errors.Is(err, signature.ErrMissing) {
				t.Errorf("%d %s: %v, want it to be signed: %v", w.Code, w.Body, err, tt.signed)
			}
		})
	}
}

// A copy of a request gets no signature: only the first was the caller's.
func TestACopyMakesNobodySign(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		t.Run(string(scheme), func(t *testing.T) {
			b := answering(t, func(http.ResponseWriter, *http.Request) {})
			first := b.demanding(scheme, testBody)
			copied := first.Clone(t.Context())
			copied.Body = io.NopCloser(strings.NewReader(testBody))
			if w, _ := b.do(first); w.Code != 200 || b.verified(t, first, w) != nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if w, got := b.do(copied); got.Error.Data.Reason != "replayed" || !errors.Is(b.verified(t, copied, w), signature.ErrMissing) {
				t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
			}
		})
	}
}

func TestDemandsThatCannotBeMetAreRefused(t *testing.T) {
	keyless := func(c *gate.Config) { c.Key = nil }
	tokenOnly := func(c *gate.Config) { c.Mode, c.TokenOnly = gate.ModeOff, true }
	for name, tt := range map[string]struct {
		configure func(*gate.Config)
		change    func(*bench, *http.Request)
		reason    string
	}{
		"unknown way":       {nil, func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderSignResponse, "answer-2") }, "answer_scheme_unknown"},
		"nothing":           {nil, func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderSignResponse, "") }, "answer_scheme_unknown"},
		"twice":             {nil, func(_ *bench, r *http.Request) { r.Header.Add(signature.HeaderSignResponse, "answer-1") }, "duplicate_header"},
		"the agent no key":  {keyless, nil, "answer_scheme_unknown"},
		"nothing to bind":   {tokenOnly, func(b *bench, _ *http.Request) { b.claims.DID, b.claims.ClientID = "", "somebody" }, "answer_scheme_unknown"},
		"a signature there": {tokenOnly, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			configure := []func(*gate.Config){}
			if tt.configure != nil {
				configure = append(configure, tt.configure)
			}
			b := answering(t, func(http.ResponseWriter, *http.Request) {}, configure...)
			r := b.demanding(signature.Octets1, testBody)
			if tt.change != nil {
				tt.change(b, r)
			}
			w, got := b.do(r)
			if got.Error.Data.Reason != tt.reason || tt.reason != "" && (w.Code != 400 || b.ran["key"] > 0) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

// An answer that cannot be signed, or is kept until its caller is not proved any more, is
// cut off: never an answer without its signature.
func TestAnswersThatCannotBeSignedAreCutOff(t *testing.T) {
	clock := newTicker()
	var b *bench
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		cut     bool
	}{
		"a type that no signature covers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/\u00e9")
			if _, err := jsonrpc.Send(w, 200, []byte("a")); err == nil {
				t.Error("it is written")
			}
		}, true},
		"more than the caller's share": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
			t.Error("all is kept")
		}, true},
		"a panic on its way": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			panic("x")
		}, true},
		"revoked meanwhile": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			clock.Add(int64(6 * time.Second))
			b.set(func() { b.claims.Scopes = nil })
		}, true},
		"revoked at its authority meanwhile": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			clock.Add(int64(6 * time.Second))
			b.set(func() { b.tokenErr = oauth.ErrInactive })
		}, true},
		"slow": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			clock.Add(int64(6 * time.Second))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			clock.Store(testNow.UnixNano())
			b = answering(t, tt.handler, clock.on, func(c *gate.Config) { c.Limits.BodyBytes, c.Limits.BodyBytesHeld = 1<<20, 8<<20 })
			w := httptest.NewRecorder()
			cut := func() (cut bool) {
				defer func() { cut = recover() != nil }()
				b.chain.ServeHTTP(w, b.demanding(signature.Octets1, testBody))
				return false
			}()
			if cut != tt.cut || cut && w.Body.Len() > 0 {
				t.Errorf("cut off: %v; %d %.100s", cut, w.Code, w.Body)
			}
		})
	}
}

// Whoever loses its proofs before the answer begins reads why, signed.
func TestARefusalInPlaceOfAnAnswerIsSigned(t *testing.T) {
	clock := newTicker()
	var b *bench
	b = answering(t, func(w http.ResponseWriter, _ *http.Request) {
		clock.Add(int64(time.Second))
		b.set(func() { b.claims.Scopes = nil })
		jsonrpc.SetHeaders(w.Header())
		if _, err := jsonrpc.Send(w, 200, []byte("{}")); err == nil {
			t.Error("it is written")
		}
	}, clock.on)
	r := b.demanding(signature.Octets1, testBody)
	w, got := b.do(r)
	binding, err := signature.BindingOf(r.Header, b.self)
	if err != nil {
		t.Fatal(err)
	}
	_, err = signature.VerifyAnswer(ownKey(t).PublicKey(), signature.Answer{Binding: binding, Status: 403, ContentType: "application/json", Body: w.Body.Bytes()}, w.Header())
	if w.Code != 403 || got.Error.Data.Reason != "scope_insufficient" || err != nil {
		t.Errorf("%d %s: %v", w.Code, w.Body, err)
	}
}
