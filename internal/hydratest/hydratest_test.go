package hydratest_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What the APIs answer is shown by the conformance table of oauth/hydra, over
// this server and over the real Hydra. Here is what only a fake can do.

func TestTokensVerifyAgainstTheKeySet(t *testing.T) {
	for name, useRSA := range map[string]bool{"RS256": true, "ES256": false} {
		t.Run(name, func(t *testing.T) {
			s := hydratest.Start(t, hydratest.Options{RS256: useRSA})
			s.Register("agent", "secret", hydratest.Document{"access_token_strategy": json.RawMessage(`"jwt"`)})
			before := s.IssueToken(hydratest.TokenSpec{ClientID: "agent"})
			s.RotateKeys()
			after := s.IssueToken(hydratest.TokenSpec{ClientID: "agent"})
			var set struct{ Keys []map[string]string }
			getJSON(t, s.Client(), s.PublicURL+"/.well-known/jwks.json", &set)
			if len(set.Keys) != 2 {
				t.Fatalf("%d keys after a rotation, want 2", len(set.Keys))
			}
			if !verifies(t, after, set.Keys[0]) || !verifies(t, before, set.Keys[1]) || verifies(t, before, set.Keys[0]) {
				t.Error("a token does not verify with the key of its time, or does with another")
			}
		})
	}
}

func verifies(t *testing.T, token string, jwk map[string]string) bool {
	t.Helper()
	cut := strings.LastIndexByte(token, '.')
	sum := sha256.Sum256([]byte(token[:cut]))
	signature := decode(t, token[cut+1:])
	if jwk["kty"] == "RSA" {
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(decode(t, jwk["n"])), E: int(new(big.Int).SetBytes(decode(t, jwk["e"])).Int64())}
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	}
	point := append(append([]byte{4}, decode(t, jwk["x"])...), decode(t, jwk["y"])...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInMemoryWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := hydratest.New(hydratest.Options{InMemory: true})
		defer s.Close()
		token := s.IssueToken(hydratest.TokenSpec{ClientID: "agent"})
		active := func() bool {
			var answer struct{ Active bool }
			resp, err := s.Client().PostForm(s.AdminURL+"/admin/oauth2/introspect", url.Values{"token": {token}})
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
			return answer.Active
		}
		if !active() {
			t.Error("a new token is inactive")
		}
		time.Sleep(time.Hour)
		if active() {
			t.Error("a token is active after its lifetime")
		}
	})
}

func TestFaults(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault hydratest.Fault
		check func(*http.Response, []byte, error) bool
	}{
		{"hang", hydratest.Fault{Hang: true}, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		{"slow body", hydratest.Fault{SlowBody: time.Millisecond}, func(_ *http.Response, _ []byte, err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		{"reset", hydratest.Fault{Reset: true}, func(resp *http.Response, _ []byte, err error) bool { return resp == nil && err != nil }},
		{"answer lost", hydratest.Fault{LoseAnswer: true}, func(resp *http.Response, _ []byte, err error) bool { return resp == nil && err != nil }},
		{"truncated", hydratest.Fault{Truncate: true}, func(resp *http.Response, _ []byte, err error) bool { return resp != nil && err != nil }},
		{"huge", hydratest.Fault{HugeBody: 1 << 20}, func(_ *http.Response, body []byte, err error) bool { return err == nil && len(body) == 1<<20 }},
		{"gzip bomb", hydratest.Fault{GzipBomb: 1 << 20}, func(resp *http.Response, body []byte, err error) bool {
			return err == nil && resp.Header.Get("Content-Encoding") == "gzip" && len(body) < 1<<16
		}},
		{"status", hydratest.Fault{Status: 502, Body: "oops"}, func(resp *http.Response, body []byte, err error) bool {
			return err == nil && resp.StatusCode == 502 && string(body) == "oops"
		}},
		{"latency only", hydratest.Fault{Latency: time.Millisecond}, func(resp *http.Response, _ []byte, err error) bool { return err == nil && resp.StatusCode == 200 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := hydratest.Start(t, hydratest.Options{})
			s.Fail(hydratest.Health, row.fault)
			patience := time.Minute // the machine may be busy
			if row.fault.Hang || row.fault.SlowBody > 0 {
				patience = 100 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			resp, body, err := fetch(ctx, s.Client(), s.AdminURL+"/health/ready")
			if !row.check(resp, body, err) {
				t.Errorf("%v, %d bytes, %v", resp, len(body), err)
			}
			s.Heal(hydratest.Health)
			if resp, _, err := fetch(t.Context(), s.Client(), s.AdminURL+"/health/ready"); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("healed: %v %v", resp, err)
			}
		})
	}
}

func TestFaultForOneRequest(t *testing.T) {
	s := hydratest.Start(t, hydratest.Options{})
	s.Fail(hydratest.Health, hydratest.Fault{Status: 500, Times: 1})
	for _, want := range []int{500, 200} {
		if resp, _, err := fetch(t.Context(), s.Client(), s.AdminURL+"/health/ready"); err != nil || resp.StatusCode != want {
			t.Errorf("%v %v, want %d", resp, err, want)
		}
	}
	if n := s.Requests(hydratest.Health); n != 2 {
		t.Errorf("%d requests counted, want 2", n)
	}
}

func fetch(ctx context.Context, c *http.Client, target string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := c.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, body, err
}

func getJSON(t *testing.T, c *http.Client, target string, v any) {
	t.Helper()
	_, body, err := fetch(t.Context(), c, target)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatal(err)
	}
}
