package gate_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
)

// wire reads a request as the server does; what it refuses never comes to the gates.
func wire(method, target, headers, body string) (*http.Request, bool) {
	raw := method + " " + target + " HTTP/1.1\r\nHost: agent.test\r\n" + headers + "\r\n\r\n" + body
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
	return r, err == nil
}

// headersOf is a complete request's headers as text.
func headersOf(b *bench, scheme signature.Scheme, body string) string {
	var out strings.Builder
	r := b.request(scheme, body)
	for name, values := range r.Header {
		for _, v := range values {
			fmt.Fprintf(&out, "%s: %s\r\n", name, v)
		}
	}
	fmt.Fprintf(&out, "Content-Length: %d", len(body))
	return out.String()
}

// fuzzBench is a chain that admits the same request again and again, and a
// connection of its caller.
func fuzzBench(t testing.TB, state *tls.ConnectionState) (*bench, *tls.ConnectionState) {
	b := newBench(t, func(c *gate.Config) { c.Replay = openReplay{} })
	if state == nil {
		state = connection(t, nil, testIssuer+"#"+b.caller.String())
	}
	return b, state
}

// tokenSpy refuses every token and remembers it.
type tokenSpy struct{ token string }

func (s *tokenSpy) Verify(_ context.Context, token string) (oauth.Claims, error) {
	s.token = token
	return oauth.Claims{}, oauth.ErrInactive
}

// FuzzChainHeaders: whatever the headers are, the handler runs only if a second
// reading of the same request finds every proof, and every other answer is a
// refusal in its one shape.
func FuzzChainHeaders(f *testing.F) {
	seed, state := fuzzBench(f, nil)
	reference, jcs := headersOf(seed, signature.Reference, testBody), headersOf(seed, signature.JCS1, testBody)
	octets := headersOf(seed, signature.Octets1, testBody)
	for i, complete := range []string{reference, jcs, octets} {
		r, _ := wire("POST", "/", complete, testBody)
		r.TLS = state
		if seed.do(r); seed.ran["handler"] != i+1 {
			f.Fatal("a complete request is refused: nothing below shows anything")
		}
	}
	caller := seed.caller
	seed.caller = mustDID(f, "did:bindu:ops:other:3") // signs with the caller's key, but it is not who connected
	foreign := headersOf(seed, signature.Reference, testBody)
	seed.caller = caller
	for _, headers := range []string{
		reference, jcs, octets, foreign, "",
		octets + "\r\nX-DID-Audience: did:bindu:ops:other:3",
		strings.Replace(octets, "octets-1", "jcs-1", 1),
		strings.Replace(octets, "application/json", "application/json; charset=utf-8", 1),
		reference + "\r\nX-DID: " + seed.caller.String(),
		reference + "\r\nx_did: did:bindu:ops:other:3",
		reference + "\r\nX-Did-Scheme: jcs-1",
		reference + "\r\nTransfer-Encoding: chunked",
		reference + "\r\nAuthorization: Bearer good-token",
		jcs + "\r\nX-DID-Audience: did:bindu:ops:other:3",
		jcs + "\r\nContent-Encoding: gzip",
		strings.Replace(reference, "application/json", "application/json; charset=\"UTF-8\"", 1),
		strings.Replace(reference, "Bearer", "bEaReR", 1),
		strings.Replace(reference, "1800000000", "1800000301", 1),
	} {
		f.Add(headers, testBody, true)
		f.Add(headers, testBody, false)
	}
	f.Add(reference, strings.Replace(testBody, "1}", "2}", 1), true)
	f.Add(jcs, strings.Replace(testBody, " ", "", 1), true)
	f.Fuzz(func(t *testing.T, headers, body string, certified bool) {
		r, ok := wire("POST", "/", headers, body)
		if !ok {
			return
		}
		again, _ := wire("POST", "/", headers, body)
		b, _ := fuzzBench(t, state)
		if certified {
			r.TLS = state
		}
		w, answer := b.do(r)
		if b.ran["handler"] == 0 {
			checkRefusal(t, w, answer)
			return
		}
		want, err := proofs(b, again)
		if err != nil || !certified || b.ran["handler"] != 1 {
			t.Fatalf("the handler ran, certified %v, although: %v", certified, err)
		}
		if !bytes.Equal(want, b.served) {
			t.Fatalf("the handler got %q, signed is %q", b.served, want)
		}
	})
}

func checkRefusal(t *testing.T, w *httptest.ResponseRecorder, answer refusal) {
	t.Helper()
	checkRefusalShape(t, w, answer)
	if !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(answer.Error.Data.Reason) || answer.Error.Data.Gate == "" || answer.Error.Code == 0 {
		t.Errorf("refused with %s", w.Body)
	}
}

// proofs looks for the proofs of a request in the plainest way there is, and
// returns the body that is signed.
func proofs(b *bench, r *http.Request) ([]byte, error) {
	one := func(name string) string {
		values := r.Header.Values(name)
		if len(values) != 1 {
			return "\x00"
		}
		return values[0]
	}
	if !regexp.MustCompile(`^(?i:bearer) good-token$`).MatchString(one("Authorization")) {
		return nil, fmt.Errorf("Authorization %q", r.Header["Authorization"])
	}
	if one("X-DID") != b.caller.String() {
		return nil, fmt.Errorf("X-DID %q", r.Header["X-Did"])
	}
	stamp, err := strconv.ParseInt(one("X-DID-Timestamp"), 10, 64)
	if err != nil || stamp < testNow.Unix()-300 || stamp > testNow.Unix()+300 {
		return nil, fmt.Errorf("timestamp %q", one("X-DID-Timestamp"))
	}
	if !strings.Contains(strings.ToLower(one("Content-Type")), "json") {
		return nil, fmt.Errorf("content type %q", one("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	signed := signature.Request{DID: b.caller, Timestamp: stamp, Body: body}
	scheme := signature.Reference
	if name := signature.Scheme(one("X-DID-Scheme")); name == signature.JCS1 || name == signature.Octets1 {
		scheme = name
		signed.ContentType = one("Content-Type")
		signed.Audience, signed.Method, signed.Target, signed.Nonce = b.self, "POST", "/", one("X-DID-Nonce")
	}
	return signature.Verify(b.publicKey, scheme, signed, one("X-DID-Signature"))
}

// FuzzRouter: a public document is answered only under exactly its path, and a
// path alone never reaches a protected handler.
func FuzzRouter(f *testing.F) {
	for _, target := range []string{
		"/health", "/health?x=/", "/", "/%2e%2e/health", "/private/../health", "/health/", "/HEALTH", "/health;x", "/health%00",
		"//health", "/./health", "/%68ealth", "/x%2fhealth", "http://agent.test/health", "http:/health", "*", "/health#x", "/health\\", "/hea|th",
	} {
		for _, method := range []string{"GET", "POST", "HEAD", "CONNECT", "get"} {
			f.Add(method, target)
		}
	}
	_, state := fuzzBench(f, nil)
	f.Fuzz(func(t *testing.T, method, target string) {
		r, ok := wire(method, target, "Content-Type: application/json", "")
		if !ok {
			return
		}
		b, _ := fuzzBench(t, state)
		r.TLS = state
		w, answer := b.do(r)
		if b.ran["handler"] != 0 {
			t.Fatalf("%s %s reached the protected handler", method, target)
		}
		public := (method == "GET" || method == "HEAD") && pathOf(target) == "/health"
		if public != (b.ran["public"] == 1) {
			t.Fatalf("%s %s: public %v, answered %d", method, target, public, w.Code)
		}
		if !public {
			checkRefusal(t, w, answer)
		}
	})
}

// pathOf cuts the path out of a request target (RFC 9112 section 3.2), byte for byte.
func pathOf(target string) string {
	target, _, _ = strings.Cut(target, "?")
	if scheme := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`).FindString(target); scheme != "" {
		target = target[len(scheme):]
		if rest, ok := strings.CutPrefix(target, "//"); ok {
			i := strings.IndexByte(rest, '/')
			if i < 0 {
				return ""
			}
			target = rest[i:]
		}
	}
	return target
}

// FuzzAuthorization: the verifier sees exactly the token of a well-formed
// header (RFC 6750 section 2.1), and of no other.
func FuzzAuthorization(f *testing.F) {
	for _, value := range []string{
		"Bearer good-token", "bearer abc==", "Bearer ", "Bearer", "", "Bearer  x", "Bearer\tx", "Bearer x y", "Bearer =", "Bearer a=b",
		"Basic Zm9vOmJhcg==", "Bearer x,Bearer y", "Bearer \xff", "Bearer " + strings.Repeat("a", 8<<10), "Bearer " + strings.Repeat("a", 8<<10+1),
		"Bearer " + base64.StdEncoding.EncodeToString([]byte("a+/b")), "DPoP x", "Bearer x ", " Bearer x", "Bearer\u00a0x",
	} {
		f.Add(value)
	}
	wellFormed := regexp.MustCompile(`^(?i:bearer) ([A-Za-z0-9._~+/-]+=*)$`)
	_, state := fuzzBench(f, nil)
	f.Fuzz(func(t *testing.T, value string) {
		var spy tokenSpy
		b := newBench(t, func(c *gate.Config) { c.Tokens = &spy })
		r := httptest.NewRequest("POST", "https://agent.test/", nil)
		r.TLS = state
		r.Header.Set("Content-Type", "application/json")
		r.Header["Authorization"] = []string{value}
		w, answer := b.do(r)
		checkRefusal(t, w, answer)
		want := ""
		if m := wellFormed.FindStringSubmatch(value); m != nil && len(m[1]) <= 8<<10 {
			want = m[1]
		}
		if spy.token != want || (want == "") != (answer.Error.Data.Reason == string(gate.AuthMalformed)) {
			t.Fatalf("%q: the verifier saw %q, want %q; answer %s", value, spy.token, want, w.Body)
		}
	})
}
