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
	"strings"
	"testing"
	"time"

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
	document, err := NewDocument(DID{"did:bindu:a"}, k, time.Time{}, "")
	if err != nil {
		f.Fatal(err)
	}
	handler := NewHandler(document)
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
