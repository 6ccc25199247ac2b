package gate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

func TestCompleteRequestPasses(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		t.Run(string(scheme), func(t *testing.T) {
			b := newBench(t)
			w, _ := b.do(b.request(scheme, testBody))
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			if b.got.DID != b.caller || b.got.Scheme != scheme || b.got.CertificateSerial != "abc" || !b.got.HasScope("agent:write") {
				t.Errorf("caller %+v", b.got)
			}
			for _, name := range []string{"Authorization", signature.HeaderDID, signature.HeaderSignature} {
				if b.header.Get(name) != "" {
					t.Errorf("the handler sees %s", name)
				}
			}
			want := testBody
			if scheme == signature.JCS1 {
				want = `{"id":"7","jsonrpc":"2.0","method":"SendMessage","params":{"x":1}}`
			}
			if string(b.served) != want {
				t.Errorf("handler got %s, want %s", b.served, want)
			}
			if len(b.events) != 1 || b.events[0].Decision != audit.Admitted || b.events[0].DID != b.caller.String() {
				t.Errorf("events %+v", b.events)
			}
		})
	}
}

// Each row breaks one thing. stages lists what may have run: everything before
// the gate that refuses, nothing after it.
func TestEachGateRefusesAlone(t *testing.T) {
	other := "did:bindu:ops:other:3"
	tests := []struct {
		name      string
		configure func(*gate.Config)
		setup     func(*bench)
		change    func(*bench, *http.Request)
		status    int
		code      int
		reason    gate.Reason
		gate      string
		stages    string
	}{
		{name: "001_client_cert_required", change: func(_ *bench, r *http.Request) { r.TLS = &tls.ConnectionState{} },
			status: 401, code: -31405, reason: gate.CertRequired, gate: "certificate", stages: "token"},
		{name: "001_no_tls_at_all", change: func(_ *bench, r *http.Request) { r.TLS = nil },
			status: 401, code: -31405, reason: gate.CertRequired, gate: "certificate", stages: "token"},
		{name: "004_cert_expired", change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }, testIssuer+"#"+b.caller.String())
		}, status: 401, code: -31405, reason: gate.CertExpired, gate: "certificate", stages: "token"},
		{name: "007_cert_no_did", change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, func(c *x509.Certificate) { c.DNSNames = []string{"agent.test"} })
		}, status: 403, code: -31405, reason: gate.CertNoDID, gate: "certificate", stages: "token"},
		{name: "008_cert_multiple_ids", change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, nil, testIssuer+"#"+b.caller.String(), testIssuer+"#"+other)
		}, status: 403, code: -31405, reason: gate.CertMultipleIDs, gate: "certificate", stages: "token"},
		{name: "009_did_only_in_cn", change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, func(c *x509.Certificate) { c.Subject.CommonName = b.caller.String() })
		}, status: 403, code: -31405, reason: gate.CertNoDID, gate: "certificate", stages: "token"},
		{name: "010_cert_issuer_mismatch", change: func(b *bench, r *http.Request) {
			r.TLS = connection(b.t, nil, "https://other-issuer#"+b.caller.String())
		}, status: 403, code: -31405, reason: gate.CertIssuer, gate: "certificate", stages: "token"},
		{name: "026_auth_missing", change: func(_ *bench, r *http.Request) { r.Header.Del("Authorization") },
			status: 401, code: -31401, reason: gate.AuthMissing, gate: "token"},
		{name: "027_basic", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Basic Zm9vOmJhcg==") },
			status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "027_empty_bearer", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
			status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "027_two_spaces", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer  good-token") },
			status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "027_tab", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer\tgood-token") },
			status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "027_trailing_junk", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer good-token x") },
			status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "027_too_long", change: func(_ *bench, r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+strings.Repeat("a", 8<<10+1))
		}, status: 401, code: -31401, reason: gate.AuthMalformed, gate: "token"},
		{name: "028_two_authorization_headers", change: func(_ *bench, r *http.Request) { r.Header.Add("Authorization", "Bearer good-token") },
			status: 400, code: -31400, reason: gate.DuplicateHeader, gate: "shape"},
		{name: "031_token_inactive", change: func(_ *bench, r *http.Request) { r.Header.Set("Authorization", "Bearer bad-token") },
			status: 401, code: -31402, reason: gate.TokenInactive, gate: "token", stages: "token"},
		{name: "032_token_expired", setup: func(b *bench) { b.tokenErr = oauth.ErrExpired },
			status: 401, code: -31404, reason: gate.TokenExpired, gate: "token", stages: "token"},
		{name: "032_cached_claims_expired_now", setup: func(b *bench) { b.claims.ExpiresAt = testNow },
			status: 401, code: -31404, reason: gate.TokenExpired, gate: "token", stages: "token"},
		{name: "033_token_not_yet_valid", setup: func(b *bench) { b.tokenErr = oauth.ErrNotYetValid },
			status: 401, code: -31402, reason: gate.TokenNotYetValid, gate: "token", stages: "token"},
		{name: "034_token_audience", setup: func(b *bench) { b.tokenErr = fmt.Errorf("x: %w", oauth.ErrAudience) },
			status: 401, code: -31402, reason: gate.TokenAudience, gate: "token", stages: "token"},
		{name: "036_scope_insufficient", setup: func(b *bench) { b.claims.Scopes = []string{"agent:writer", "agent:*", "agent:read", "agent:admin"} },
			status: 403, code: -31403, reason: gate.ScopeInsufficient, gate: "scope", stages: "token caller key replay"},
		{name: "038_token_use", setup: func(b *bench) { b.tokenErr = oauth.ErrTokenUse },
			status: 401, code: -31402, reason: gate.TokenUse, gate: "token", stages: "token"},
		{name: "039_token_issuer", setup: func(b *bench) { b.tokenErr = oauth.ErrIssuer },
			status: 401, code: -31402, reason: gate.TokenIssuer, gate: "token", stages: "token"},
		{name: "040_client_not_did", setup: func(b *bench) { b.claims.DID = ""; b.claims.ClientID = "my-service" },
			status: 403, code: -31406, reason: gate.ClientNotDID, gate: "token", stages: "token"},
		{name: "042_identity_mismatch", setup: func(b *bench) { b.claims.DID = other },
			status: 403, code: -31406, reason: gate.IdentityMismatch, gate: "agreement", stages: "token"},
		{name: "045_token_alg", setup: func(b *bench) { b.tokenErr = oauth.ErrAlgorithm },
			status: 401, code: -31402, reason: gate.TokenAlgorithm, gate: "token", stages: "token"},
		{name: "048_token_kid", setup: func(b *bench) { b.tokenErr = oauth.ErrUnknownKey },
			status: 401, code: -31402, reason: gate.TokenKID, gate: "token", stages: "token"},
		{name: "050_introspection_unavailable", setup: func(b *bench) { b.tokenErr = oauth.ErrUnavailable },
			status: 503, code: -31409, reason: gate.TokenUnavailable, gate: "token", stages: "token"},
		{name: "050_unclassified_error_is_never_200_or_401", setup: func(b *bench) { b.tokenErr = errors.New("anything") },
			status: 503, code: -31409, reason: gate.TokenUnavailable, gate: "token", stages: "token"},
		{name: "052_introspection_invalid", setup: func(b *bench) { b.tokenErr = oauth.ErrInvalidResponse },
			status: 503, code: -31409, reason: gate.TokenInvalidReply, gate: "token", stages: "token"},
		{name: "059_no_x_did", change: func(_ *bench, r *http.Request) { r.Header.Del(signature.HeaderDID) },
			status: 403, code: -31407, reason: gate.MissingSignature, gate: "signature", stages: "token"},
		{name: "059_no_timestamp", change: func(_ *bench, r *http.Request) { r.Header.Del(signature.HeaderTimestamp) },
			status: 403, code: -31407, reason: gate.MissingSignature, gate: "signature", stages: "token"},
		{name: "059_no_signature", change: func(_ *bench, r *http.Request) { r.Header.Del(signature.HeaderSignature) },
			status: 403, code: -31407, reason: gate.MissingSignature, gate: "signature", stages: "token"},
		{name: "060_two_x_did", change: func(b *bench, r *http.Request) { r.Header.Add(signature.HeaderDID, b.caller.String()) },
			status: 400, code: -31400, reason: gate.DuplicateHeader, gate: "shape"},
		{name: "060_underscores", change: func(b *bench, r *http.Request) { r.Header["X_did"] = []string{b.caller.String()} },
			status: 400, code: -31400, reason: gate.DuplicateHeader, gate: "shape"},
		{name: "061_trailers_are_ignored", change: func(b *bench, r *http.Request) {
			r.Trailer = http.Header{"X-Did": r.Header["X-Did"]}
			r.Header.Del(signature.HeaderDID)
		}, status: 403, code: -31407, reason: gate.MissingSignature, gate: "signature", stages: "token"},
		{name: "062_301_seconds_old", change: func(b *bench, r *http.Request) { b.sign(r, signature.Reference, testBody, testNow.Unix()-301) },
			status: 403, code: -31407, reason: gate.TimestampWindow, gate: "timestamp", stages: "token caller"},
		{name: "062_301_seconds_ahead", change: func(b *bench, r *http.Request) { b.sign(r, signature.Reference, testBody, testNow.Unix()+301) },
			status: 403, code: -31407, reason: gate.TimestampWindow, gate: "timestamp", stages: "token caller"},
		{name: "063_timestamp_malformed", change: func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderTimestamp, "+5") },
			status: 403, code: -31407, reason: gate.TimestampBad, gate: "timestamp", stages: "token caller"},
		{name: "064_did_mismatch", change: func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderDID, other) },
			status: 403, code: -31406, reason: gate.DIDMismatch, gate: "agreement", stages: "token"},
		{name: "065_did_malformed", change: func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderDID, "did:bindu:a/b") },
			status: 403, code: -31407, reason: gate.DIDMalformed, gate: "signature", stages: "token"},
		{name: "066_body_changed", change: func(_ *bench, r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(testBody, "1}", "2}", 1)))
		}, status: 403, code: -31407, reason: gate.CryptoMismatch, gate: "signature", stages: "token caller key"},
		{name: "072_signature_malformed", change: func(_ *bench, r *http.Request) { r.Header.Set(signature.HeaderSignature, "0OIl") },
			status: 403, code: -31407, reason: gate.SignatureBad, gate: "signature", stages: "token caller key"},
		{name: "074_key_weak", setup: func(b *bench) { b.keyErr = did.ErrWeakKey },
			status: 403, code: -31407, reason: gate.KeyWeak, gate: "signature", stages: "token caller key"},
		{name: "074_weak_key_from_a_careless_resolver", setup: func(b *bench) { b.publicKey = append([]byte{1}, make([]byte, 31)...) },
			status: 403, code: -31407, reason: gate.KeyWeak, gate: "signature", stages: "token caller key"},
		{name: "075_key_of_31_bytes", setup: func(b *bench) { b.publicKey = make([]byte, 31) },
			status: 403, code: -31407, reason: gate.KeyUnavailable, gate: "signature", stages: "token caller key"},
		{name: "075_public_key_unavailable", setup: func(b *bench) { b.keyErr = errors.New("no key") },
			status: 403, code: -31407, reason: gate.KeyUnavailable, gate: "signature", stages: "token caller key"},
		{name: "077_key_changed", setup: func(b *bench) { b.keyErr = did.ErrKeyChanged },
			status: 403, code: -31407, reason: gate.KeyChanged, gate: "signature", stages: "token caller key"},
		{name: "077_did_not_key_bound", configure: func(c *gate.Config) { c.RequireKeyBound = true },
			status: 403, code: -31407, reason: gate.NotKeyBound, gate: "signature", stages: "token caller key"},
		{name: "078_key_lookup_unavailable", setup: func(b *bench) { b.keyErr = oauth.ErrUnavailable },
			status: 503, code: -31409, reason: gate.KeyLookup, gate: "signature", stages: "token caller key"},
		{name: "086_payload_too_large", change: func(_ *bench, r *http.Request) { r.ContentLength = 2<<20 + 1 },
			status: 413, code: -31400, reason: gate.PayloadTooLarge, gate: "shape"},
		{name: "087_chunked_too_large", change: func(_ *bench, r *http.Request) {
			r.ContentLength = -1
			r.Body = io.NopCloser(io.LimitReader(zeros{}, 3<<20))
		}, status: 413, code: -31400, reason: gate.PayloadTooLarge, gate: "body", stages: "token caller"},
		{name: "088_gzip", change: func(_ *bench, r *http.Request) { r.Header.Set("Content-Encoding", "gzip") },
			status: 415, code: -31400, reason: gate.ContentEncoding, gate: "route"},
		{name: "089_no_content_type", change: func(_ *bench, r *http.Request) { r.Header.Del("Content-Type") },
			status: 415, code: -31400, reason: gate.ContentType, gate: "route"},
		{name: "089_text_plain", change: func(_ *bench, r *http.Request) { r.Header.Set("Content-Type", "text/plain") },
			status: 415, code: -31400, reason: gate.ContentType, gate: "route"},
		{name: "089_utf16", change: func(_ *bench, r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-16") },
			status: 415, code: -31400, reason: gate.ContentType, gate: "route"},
		{name: "101_put", change: func(_ *bench, r *http.Request) { r.Method = "PUT" },
			status: 405, code: -31400, reason: gate.MethodNotAllowed, gate: "route"},
		{name: "170_caller_refused_by_policy", setup: func(b *bench) { b.callerErr = errors.New("not on the list") },
			status: 403, code: -31403, reason: gate.PolicyDenied, gate: "policy", stages: "token caller"},
		{name: "170_caller_without_quota", setup: func(b *bench) { b.callerErr = &gate.Denial{Reason: gate.RateLimited} },
			status: 429, code: -31410, reason: gate.RateLimited, gate: "policy", stages: "token caller"},
		{name: "policy_denied", setup: func(b *bench) { b.policyErr = errors.New("rule 3") },
			status: 403, code: -31403, reason: gate.PolicyDenied, gate: "policy", stages: "token caller key replay policy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) {
				if tt.configure != nil {
					tt.configure(c)
				}
			})
			if tt.setup != nil {
				tt.setup(b)
			}
			r := b.request(signature.Reference, testBody)
			if tt.change != nil {
				tt.change(b, r)
			}
			w, got := b.do(r)
			if w.Code != tt.status || got.Error.Code != tt.code || got.Error.Data.Reason != string(tt.reason) || got.Error.Data.Gate != tt.gate {
				t.Fatalf("got %d %s, want %d %d %s at %s", w.Code, w.Body, tt.status, tt.code, tt.reason, tt.gate)
			}
			checkRefusalShape(t, w, got)
			checkStages(t, b, tt.stages)
			last := b.events[len(b.events)-1]
			if last.Decision != audit.Refused || last.Reason != string(tt.reason) || last.RequestID != got.Error.Data.RequestID {
				t.Errorf("event %+v", last)
			}
		})
	}
}

func TestHostile062WindowIsInclusive(t *testing.T) {
	for _, off := range []int64{-300, 300} {
		b := newBench(t)
		r := b.request(signature.Reference, testBody)
		b.sign(r, signature.Reference, testBody, testNow.Unix()+off)
		if w, _ := b.do(r); w.Code != 200 {
			t.Errorf("%+d s: %d %s", off, w.Code, w.Body)
		}
	}
}

func TestHostile066JCSSurvivesReserialisationOnly(t *testing.T) {
	tests := map[string]struct {
		body string
		code int
	}{
		"white space, order and escapes": {`{ "params":{"x":1.0},"method":"SendMess\u0061ge", "id":"7","jsonrpc":"2.0"}`, 200},
		"value":                          {strings.Replace(testBody, "1}", "2}", 1), 403},
		"type":                           {strings.Replace(testBody, "1}", `"1"}`, 1), 403},
		"key":                            {strings.Replace(testBody, `"x"`, `"X"`, 1), 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			r := b.request(signature.JCS1, testBody)
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(tt.body)), int64(len(tt.body))
			w, got := b.do(r)
			if w.Code != tt.code || (tt.code != 200 && got.Error.Data.Reason != "crypto_mismatch") {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestHostile079ReplayedOpensOnce(t *testing.T) {
	for _, scheme := range signature.Schemes() {
		t.Run(string(scheme), func(t *testing.T) {
			b := newBench(t)
			first := b.request(scheme, testBody)
			const copies = 100
			codes := make(chan int, copies)
			for range copies {
				r := first.Clone(context.Background())
				r.Body = io.NopCloser(strings.NewReader(testBody))
				go func() {
					w := httptest.NewRecorder()
					b.chain.ServeHTTP(w, r)
					codes <- w.Code
				}()
			}
			count := map[int]int{}
			for range copies {
				count[<-codes]++
			}
			if count[200] != 1 || count[409] != copies-1 {
				t.Fatalf("status codes %v", count)
			}
		})
	}
}

func TestHostile098OnlyExactPathsArePublic(t *testing.T) {
	for _, target := range []string{
		"/private/%2e%2e/health", "/%2e%2e/health", "/health/", "/HEALTH", "/health;x", "/health%00", "//health", "/./health", "/%68ealth", "/x%2fhealth",
	} {
		b := newBench(t)
		r := httptest.NewRequest("GET", "https://agent.test"+target, nil)
		if w, got := b.do(r); w.Code != 404 || got.Error.Data.Reason != "not_found" || b.ran["public"] != 0 {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	for _, method := range []string{"GET", "HEAD"} {
		b := newBench(t)
		if w, _ := b.do(httptest.NewRequest(method, "https://agent.test/health?x=1", nil)); w.Code != 200 || b.ran["public"] != 1 {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

// TestUnlistedPathsHaveTheirReason shows that only the word differs: a path that
// no route has is 404 whatever its beginning.
func TestUnlistedPathsHaveTheirReason(t *testing.T) {
	for target, reason := range map[string]string{
		"/agent/skills/absent": "skill_not_found", "/agent/skills/poem/": "skill_not_found", "/agent/skills/%70oem": "skill_not_found",
		"/agent/skills": "not_found", "/agent/": "not_found", "/agent%2fskills/x": "not_found",
	} {
		for _, method := range []string{"GET", "POST"} {
			b := newBench(t, func(c *gate.Config) {
				c.Unlisted = map[string]gate.Reason{"/agent/skills/": gate.SkillNotFound}
			})
			w, got := b.do(httptest.NewRequest(method, "https://agent.test"+target, nil))
			if w.Code != 404 || string(got.Error.Data.Reason) != reason || b.ran["public"] != 0 {
				t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
			}
		}
	}
}

func TestHostile102PanicInAHandlerIsAnAnswer(t *testing.T) {
	b := newBench(t)
	b.handler = func(http.ResponseWriter, *http.Request) { panic("secret detail") }
	w, got := b.do(b.request(signature.Reference, testBody))
	if w.Code != 500 || got.Error.Data.Reason != "internal" || string(got.ID) != `"7"` || strings.Contains(w.Body.String(), "secret detail") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

// Once the caller is proved, what is wrong with its JSON-RPC is HTTP 200 with
// the error, one for a batch too.
func TestStrictJSONAfterTheGates(t *testing.T) {
	tests := map[string]struct {
		body   string
		reason string
		code   int
	}{
		"104_json_duplicate_key": {`{"jsonrpc":"2.0","id":1,"method":"tasks/get","method":"x"}`, "json_duplicate_key", -32700},
		"105_trailing":           {testBody + "{}", "json_trailing_data", -32700},
		"106_json_too_deep":      {`{"a":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + "}", "json_too_deep", -32700},
		"109_batch_unsupported":  {"[" + testBody + "," + testBody + "]", "batch_unsupported", -32600},
		"110_notification":       {`{"jsonrpc":"2.0","method":"message/send","params":{}}`, "notification_unsupported", -32600},
		"not JSON":               {"hello", "json_malformed", -32700},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			w, got := b.do(b.request(signature.Reference, tt.body))
			if w.Code != 200 || got.Error.Code != tt.code || got.Error.Data.Reason != tt.reason || b.ran["handler"] != 0 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		})
	}
	t.Run("111_method_not_found", func(t *testing.T) {
		b := newBench(t)
		w, got := b.do(b.request(signature.Reference, `{"jsonrpc":"2.0","id":9,"method":"No/Such"}`))
		if w.Code != 200 || got.Error.Code != -32601 || string(got.ID) != "9" || b.ran["handler"] != 0 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
