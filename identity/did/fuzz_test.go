package did

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mr-tron/base58"
)

var didSyntax = regexp.MustCompile(`\Adid:[a-z0-9]+:(([A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*([A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+\z`)

// FuzzParse compares the parser with the ABNF written as a regular expression.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"did:bindu:test", "did:a::b", "did:a:b:", "did:a:%2f", "did:a:%2", "did:A:b", "did:a:b#c", "did:a:\u0665", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if want := len(s) <= MaxLength && didSyntax.MatchString(s); want != (err == nil) {
			t.Fatalf("Parse(%q) = %v; the grammar says %v", s, err, want)
		}
		if err != nil && (!errors.Is(err, ErrMalformed) || !d.IsZero()) || err == nil && d.String() != s {
			t.Fatalf("Parse(%q) = %q, %v", s, d, err)
		}
	})
}

func FuzzFromAuthorAndName(f *testing.F) {
	f.Add("ops@example.com", "echo agent")
	f.Add("a:b", "\u212a")
	f.Fuzz(func(t *testing.T, author, name string) {
		d, err := FromAuthorAndName(author, name)
		if err != nil {
			return
		}
		if _, err := Parse(d.String()); err != nil || strings.Count(d.String(), ":") != 4 {
			t.Fatalf("FromAuthorAndName(%q, %q) = %s (%v)", author, name, d, err)
		}
	})
}

// naiveBase58 decodes with big integers; ok is false for a foreign character.
func naiveBase58(text string) (raw []byte, ok bool) {
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n := new(big.Int)
	for _, c := range []byte(text) {
		i := strings.IndexByte(alphabet, c)
		if i < 0 {
			return nil, false
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(i)))
	}
	zeros := len(text) - len(strings.TrimLeft(text, "1"))
	return append(make([]byte, zeros), n.Bytes()...), true
}

func FuzzDecodePublicKey(f *testing.F) {
	for _, s := range []string{"4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS", strings.Repeat("1", 32), "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM", "0OIl"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pub, err := DecodePublicKey(text)
		if len(text) > 200 {
			return // too long for the naive decoder
		}
		raw, ok := naiveBase58(text)
		if !ok || len(raw) != 32 {
			if !errors.Is(err, ErrPublicKey) {
				t.Fatalf("DecodePublicKey(%q) = %x, %v", text, pub, err)
			}
			return
		}
		onCurve, weak := weakOnCurve(raw)
		if (onCurve && !weak) != (err == nil) || weak && !errors.Is(err, ErrWeakKey) {
			t.Fatalf("DecodePublicKey(%q): %v; on curve %v, weak %v", text, err, onCurve, weak)
		}
		if err == nil && (!bytes.Equal(pub, raw) || EncodePublicKey(pub) != text) {
			t.Fatalf("DecodePublicKey(%q) = %x", text, pub)
		}
	})
}

// FuzzPublicKeyBytes compares the check on bytes with arithmetic on the curve.
func FuzzPublicKeyBytes(f *testing.F) {
	f.Add(make([]byte, 32))
	for _, enc := range nonCanonical() {
		f.Add(enc)
	}
	f.Fuzz(func(t *testing.T, enc []byte) {
		if len(enc) != 32 {
			if err := checkPublicKey(enc); !errors.Is(err, ErrPublicKey) {
				t.Fatalf("checkPublicKey(%x) = %v", enc, err)
			}
			return
		}
		compareWithCurve(t, enc)
	})
}

func FuzzSignatureText(f *testing.F) {
	for _, s := range []string{
		"3SfU4VPTHLbzZzCn17ZqU6y2tnzHQbdo2nnXQr6XZXk34XgyzwSKRrCYEWRmmGXrV39mdkyhTsy5oasfTpNuqyM2",
		strings.Repeat("1", 64), strings.Repeat("1", 65), strings.Repeat("z", 88), "", "0OIl",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sig, err := decodeSignature(text)
		if len(text) > 200 {
			if err == nil {
				t.Fatalf("%d characters accepted", len(text))
			}
			return
		}
		raw, ok := naiveBase58(text)
		if want := ok && len(raw) == 64; want != (err == nil) || err != nil && !errors.Is(err, ErrSignatureMalformed) {
			t.Fatalf("decodeSignature(%q) = %x, %v; naive %x, %v", text, sig, err, raw, ok)
		}
		if err == nil && (!bytes.Equal(sig, raw) || encodeSignature(sig) != text) {
			t.Fatalf("decodeSignature(%q) = %x, which is %q", text, sig, encodeSignature(sig))
		}
	})
}

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
		if (err == nil) != (!present || header == "jcs-1" || header == "reference") {
			t.Fatalf("ParseScheme(%q, %v) = %q, %v", header, present, s, err)
		}
	})
}

// FuzzVerify throws everything a caller controls at both schemes: no panic,
// and nothing that was not signed verifies.
func FuzzVerify(f *testing.F) {
	f.Add("jcs-1", "AAECAwQFBgcICQoLDA0ODw", "POST", "/", []byte(`{"a":1}`), int64(1), strings.Repeat("1", 64), make([]byte, 32))
	f.Add("reference", "", "", "", []byte(`{}`), int64(-1), "3SfU4VPTHLbzZzCn17ZqU6y2tnzHQbdo2nnXQr6XZXk34XgyzwSKRrCYEWRmmGXrV39mdkyhTsy5oasfTpNuqyM2", []byte("short"))
	f.Fuzz(func(t *testing.T, scheme, nonce, method, target string, body []byte, timestamp int64, signature string, pub []byte) {
		r := Request{DID: DID{"did:bindu:a"}, Audience: DID{"did:bindu:b"}, Timestamp: timestamp, Body: body, Method: method, Target: target, Nonce: nonce}
		if got, err := Verify(pub, Scheme(scheme), r, signature); err == nil || got != nil {
			t.Fatalf("%q verified", got)
		}
		if payload, err := Scheme(scheme).Payload(r); err == nil && !utf8.Valid(payload) {
			t.Fatalf("payload %q is not UTF-8", payload)
		}
		Explain(pub, Scheme(scheme), r, signature)
	})
}

// FuzzJCSPayload checks that distinct envelopes have distinct payloads: no
// field can spill into another.
func FuzzJCSPayload(f *testing.F) {
	f.Add("POST", "/", `{}`, "GET", `/","timestamp":1`, `{}`)
	f.Add("POST", `/\"`, `1`, "POST", `/\`, `1`)
	f.Fuzz(func(t *testing.T, method1, target1, body1, method2, target2, body2 string) {
		r := Request{DID: DID{"did:bindu:a"}, Audience: DID{"did:bindu:b"}, Nonce: "AAECAwQFBgcICQoLDA0ODw"}
		r.Method, r.Target, r.Body = method1, target1, []byte(body1)
		first, canonical1, err1 := jcsPayload(r)
		r.Method, r.Target, r.Body = method2, target2, []byte(body2)
		second, canonical2, err2 := jcsPayload(r)
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			return
		}
		sameBody := bytes.Equal(canonical1, canonical2) || string(canonical1)+string(canonical2) == "null" // null and none are one value
		if method1 != method2 || target1 != target2 || !sameBody {
			t.Fatalf("two requests share the payload %s", first)
		}
	})
}

// FuzzPrivatePEM: nothing but a key file of ours or a standard tool's loads,
// and what loads is the whole file.
func FuzzPrivatePEM(f *testing.F) {
	k, err := KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	plain, err := encodePrivatePEM(k, nil)
	if err != nil {
		f.Fatal(err)
	}
	block, _ := pem.Decode(plain)
	sealed, err := encryptPKCS8(bytes.NewReader(make([]byte, 64)), block.Bytes, []byte("p"), 2)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain, "")
	f.Add(pem.EncodeToMemory(&pem.Block{Type: pemEncrypted, Bytes: sealed}), "p")
	f.Add([]byte{}, "")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		if slow(data) {
			return // a valid file with many iterations; TestHostileEncryptionParameters has the bound
		}
		k, err := parsePrivatePEM(data, []byte(password))
		if err != nil {
			if !errors.Is(err, ErrKeyCorrupt) && !errors.Is(err, ErrKeyPassword) || k != nil {
				t.Fatalf("%v, %v", k, err)
			}
			return
		}
		again, err := encodePrivatePEM(k, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := bytes.TrimRight(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), "\n")
		if password == "" && !bytes.Equal(text, bytes.TrimRight(again, "\n")) {
			t.Fatalf("%q loads as %q", data, again)
		}
	})
}

func slow(data []byte) bool {
	block, _ := pem.Decode(data)
	var e encryptedKey
	if block == nil {
		return false
	}
	_, err := asn1.Unmarshal(block.Bytes, &e)
	return err == nil && e.Algorithm.Params.KDF.Params.Iterations > 1000
}

func FuzzPublicPEM(f *testing.F) {
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik=\n-----END PUBLIC KEY-----\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if pub, err := parsePublicPEM(data); (err == nil) != (len(pub) == 32) || err != nil && !errors.Is(err, ErrKeyCorrupt) {
			t.Fatalf("parsePublicPEM(%q) = %x, %v", data, pub, err)
		}
	})
}

// FuzzResolve: the public endpoint answers every request with its document or
// a refusal, and the document only to those who name its DID.
func FuzzResolve(f *testing.F) {
	k, err := KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	handler := NewHandler(NewDocument(DID{"did:bindu:a"}, k.PublicKey(), time.Time{}, ""))
	f.Add("did=did:bindu:a", []byte(`{"did":"did:bindu:a"}`))
	f.Add("did=did:bindu:b&did=x", []byte(`{"did":"did:bindu:a","did":null}`))
	f.Fuzz(func(t *testing.T, query string, body []byte) {
		get := httptest.NewRequest(http.MethodGet, PathResolve, nil)
		get.URL.RawQuery = query
		post := httptest.NewRequest(http.MethodPost, PathResolve, bytes.NewReader(body))
		post.Header.Set("Content-Type", "application/json")
		for _, r := range []*http.Request{get, post} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code == http.StatusInternalServerError || w.Code == http.StatusOK && !bytes.Contains(w.Body.Bytes(), []byte("did:bindu:a")) {
				t.Fatalf("%s %q %q: %d %s", r.Method, query, body, w.Code, w.Body)
			}
		}
	})
}

// A base58 sanity check of the naive decoder itself.
func TestNaiveBase58(t *testing.T) {
	for _, raw := range [][]byte{{}, {0}, {0, 0, 1}, {255, 254}, bytes.Repeat([]byte{7}, 40)} {
		if got, ok := naiveBase58(base58.Encode(raw)); !ok || !bytes.Equal(got, raw) {
			t.Errorf("naiveBase58(%q) = %x, want %x", base58.Encode(raw), got, raw)
		}
	}
}
