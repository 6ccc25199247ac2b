package signature

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/did"
)

func FuzzParseTimestamp(f *testing.F) {
	for _, s := range []string{"0", "1000", "-1", "+5", "05", "1e9", "9223372036854775807", "9223372036854775808", "\u0665", "5.0", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseTimestamp(s)
		big, bigErr := strconv.ParseInt(s, 10, 64)
		if want := bigErr == nil && big >= 0 && strconv.FormatInt(big, 10) == s; want != (err == nil) || err == nil && n != big {
			t.Fatalf("ParseTimestamp(%q) = %d, %v", s, n, err)
		}
	})
}

func FuzzParseNonce(f *testing.F) {
	syntax := regexp.MustCompile(`\A[A-Za-z0-9_-]{22,64}\z`)
	for _, s := range []string{"AAECAwQFBgcICQoLDA0ODw", strings.Repeat("a", 64), strings.Repeat("=", 22), ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if err := ParseNonce(s); syntax.MatchString(s) != (err == nil) || err != nil && !errors.Is(err, ErrNonce) {
			t.Fatalf("ParseNonce(%q) = %v", s, err)
		}
	})
}

func FuzzParseScheme(f *testing.F) {
	f.Add("jcs-1", true)
	f.Add("reference", true)
	f.Add("", false)
	f.Fuzz(func(t *testing.T, header string, present bool) {
		s, err := ParseScheme(header, present)
		if (err == nil) != (!present || header == "jcs-1" || header == "octets-1" || header == "reference") {
			t.Fatalf("ParseScheme(%q, %v) = %q, %v", header, present, s, err)
		}
	})
}

// FuzzVerify throws everything a caller controls at every scheme: no panic,
// and nothing that was not signed verifies.
func FuzzVerify(f *testing.F) {
	f.Add("jcs-1", "AAECAwQFBgcICQoLDA0ODw", "POST", "/", []byte(`{"a":1}`), int64(1), strings.Repeat("1", 64), make([]byte, 32))
	f.Add("octets-1", "AAECAwQFBgcICQoLDA0ODw", "PUT", "/a?b", []byte("\xff"), int64(1), strings.Repeat("1", 64), make([]byte, 32))
	f.Add("reference", "", "", "", []byte(`{}`), int64(-1), "3SfU4VPTHLbzZzCn17ZqU6y2tnzHQbdo2nnXQr6XZXk34XgyzwSKRrCYEWRmmGXrV39mdkyhTsy5oasfTpNuqyM2", []byte("short"))
	f.Fuzz(func(t *testing.T, scheme, nonce, method, target string, body []byte, timestamp int64, sig string, pub []byte) {
		r := Request{DID: name(t, "did:bindu:a"), Audience: name(t, "did:bindu:b"), Timestamp: timestamp, Body: body, Method: method, Target: target, Nonce: nonce}
		if got, err := Verify(pub, Scheme(scheme), r, sig); err == nil || got != nil {
			t.Fatalf("%q verified", got)
		}
		if payload, err := Scheme(scheme).Payload(r); err == nil && utf8.Valid(payload) == (Scheme(scheme) == Octets1) {
			t.Fatalf("%s: payload %q", scheme, payload)
		}
		Explain(pub, Scheme(scheme), r, sig)
	})
}

// FuzzJCSPayload checks that distinct envelopes have distinct payloads: no
// field can spill into another.
func FuzzJCSPayload(f *testing.F) {
	f.Add("POST", "/", `{}`, "GET", `/","timestamp":1`, `{}`)
	f.Add("POST", `/\"`, `1`, "POST", `/\`, `1`)
	f.Fuzz(func(t *testing.T, method1, target1, body1, method2, target2, body2 string) {
		r := Request{DID: name(t, "did:bindu:a"), Audience: name(t, "did:bindu:b"), Nonce: "AAECAwQFBgcICQoLDA0ODw"}
		r.Method, r.Target, r.Body = method1, target1, []byte(body1)
		first, canonical1, err1 := jcs1.prepare(nil, r)
		r.Method, r.Target, r.Body = method2, target2, []byte(body2)
		second, canonical2, err2 := jcs1.prepare(nil, r)
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			return
		}
		sameBody := bytes.Equal(canonical1, canonical2) || string(canonical1)+string(canonical2) == "null" // null and none are one value
		if method1 != method2 || target1 != target2 || !sameBody {
			t.Fatalf("two requests share the payload %s", first)
		}
	})
}

func name(t *testing.T, text string) did.DID {
	t.Helper()
	d, err := did.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
