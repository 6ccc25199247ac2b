package jws_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/jws"
)

const kid = "did:bindu:test:poet:1#key-2"

var payload = []byte(`{"name":"poet"}`)

func assertionKey(t testing.TB, seed byte) *did.AssertionKey {
	t.Helper()
	pair, err := did.KeyPairFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	key, err := pair.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t testing.TB, seed byte, payload []byte) jws.Signature {
	t.Helper()
	s, err := jws.Sign(assertionKey(t, seed), kid, payload)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signedAs is a signature of the right key under any header.
func signedAs(t testing.TB, header string) jws.Signature {
	t.Helper()
	return signedOver(t, base64.RawURLEncoding.EncodeToString([]byte(header)))
}

// signedOver is one over a header in any encoding.
func signedOver(t testing.TB, protected string) jws.Signature {
	t.Helper()
	sig, err := assertionKey(t, 0).SignJWS([]byte(protected + "." + base64.RawURLEncoding.EncodeToString(payload)))
	if err != nil {
		t.Fatal(err)
	}
	return jws.Signature{Protected: protected, Signature: base64.RawURLEncoding.EncodeToString(sig)}
}

// strangersKey is a signature of a stranger, who brings the key along.
func strangersKey(t testing.TB, unprotected bool) jws.Signature {
	t.Helper()
	key := assertionKey(t, 1)
	jwk := `"jku":"https://thief.example/keys","jwk":{"kty":"OKP","crv":"Ed25519","x":"` + base64.RawURLEncoding.EncodeToString(key.PublicKey()) + `"}`
	header, protected := jsontext.Value(nil), `{"alg":"EdDSA","kid":"`+kid+`",`+jwk+`}`
	if unprotected {
		header, protected = jsontext.Value(`{`+jwk+`}`), `{"alg":"EdDSA","kid":"`+kid+`"}`
	}
	encoded := base64.RawURLEncoding.EncodeToString([]byte(protected))
	sig, err := key.SignJWS([]byte(encoded + "." + base64.RawURLEncoding.EncodeToString(payload)))
	if err != nil {
		t.Fatal(err)
	}
	return jws.Signature{Protected: encoded, Signature: base64.RawURLEncoding.EncodeToString(sig), Header: header}
}

// stray is base64url with bits behind the last byte.
func stray(text string) string {
	for len(text)%3 != 1 {
		text += " "
	}
	return strayed(base64.RawURLEncoding.EncodeToString([]byte(text)))
}

// strayed sets the last bit, which encodes nothing.
func strayed(encoded string) string {
	all := []byte(encoded)
	all[len(all)-1]++
	return string(all)
}

func verify(t testing.TB, all ...jws.Signature) error {
	t.Helper()
	return jws.Verify(all, kid, assertionKey(t, 0).PublicKey(), payload)
}

func TestSignaturesVerify(t *testing.T) {
	t.Parallel()
	own := sign(t, 0, payload)
	header, err := base64.RawURLEncoding.DecodeString(own.Protected)
	if want := `{"alg":"EdDSA","kid":"` + kid + `","typ":"JOSE"}`; err != nil || string(header) != want {
		t.Errorf("header %s, %v; want %s", header, err, want)
	}
	raw, err := json.Marshal(own)
	if err != nil || bytes.Contains(raw, []byte("header")) {
		t.Errorf("%s, %v", raw, err)
	}
	for name, all := range map[string][]jws.Signature{
		"alone":                   {own},
		"without a type":          {signedAs(t, `{"alg":"EdDSA","kid":"`+kid+`"}`)},
		"in another order":        {signedAs(t, ` { "kid" : "`+kid+`", "x":{}, "alg" : "EdDSA"}`)},
		"with addresses of keys":  {signedAs(t, `{"alg":"EdDSA","kid":"`+kid+`","jku":"https://thief.example/","jwk":{"kty":"OKP"}}`)},
		"with unprotected words":  {{Protected: own.Protected, Signature: own.Signature, Header: []byte(`{"note":"x"}`)}},
		"with no header, as null": {{Protected: own.Protected, Signature: own.Signature, Header: []byte(`null`)}},
		"behind another key's":    {sign(t, 1, payload), own},
		"before nonsense":         {own, {}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := verify(t, all...); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSignaturesThatDoNotVerify: most are by the right key, which has to be asked for
// nothing but what this package signs.
func TestSignaturesThatDoNotVerify(t *testing.T) {
	t.Parallel()
	own := sign(t, 0, payload)
	mac := hmac.New(sha256.New, assertionKey(t, 0).PublicKey())
	hs256 := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"` + kid + `"}`))
	mac.Write([]byte(hs256 + "." + base64.RawURLEncoding.EncodeToString(payload)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"` + kid + `"}`))
	as := func(header string) []jws.Signature { return []jws.Signature{signedAs(t, header)} }
	with := func(header string) []jws.Signature {
		return []jws.Signature{{Protected: own.Protected, Signature: own.Signature, Header: []byte(header)}}
	}
	for name, all := range map[string][]jws.Signature{
		"none at all":                        nil,
		"an empty one":                       {{}},
		"another payload":                    {sign(t, 0, []byte(`{"name":"critic"}`))},
		"another key":                        {sign(t, 1, payload)},
		"alg none":                           {{Protected: none}},
		"alg none, signed":                   as(`{"alg":"none","kid":"` + kid + `"}`),
		"HS256 with the public key":          {{Protected: hs256, Signature: base64.RawURLEncoding.EncodeToString(mac.Sum(nil))}},
		"HS256, signed":                      as(`{"alg":"HS256","kid":"` + kid + `"}`),
		"alg in another case":                as(`{"alg":"eddsa","kid":"` + kid + `"}`),
		"alg as a list":                      as(`{"alg":["EdDSA"],"kid":"` + kid + `"}`),
		"no alg":                             as(`{"kid":"` + kid + `"}`),
		"no kid":                             as(`{"alg":"EdDSA"}`),
		"another kid":                        as(`{"alg":"EdDSA","kid":"did:bindu:test:poet:1#key-1"}`),
		"a kid that begins so":               as(`{"alg":"EdDSA","kid":"` + kid + `x"}`),
		"a type of others":                   as(`{"alg":"EdDSA","kid":"` + kid + `","typ":"JWT"}`),
		"a type that is a list":              as(`{"alg":"EdDSA","kid":"` + kid + `","typ":["JOSE"]}`),
		"a stranger's key in its header":     {strangersKey(t, false)},
		"a stranger's key beside it":         {strangersKey(t, true)},
		"a carriage return in the signature": {{Protected: own.Protected, Signature: own.Signature + "\r"}},
		"crit":                               as(`{"alg":"EdDSA","kid":"` + kid + `","crit":["exp"],"exp":1}`),
		"another form":                       as(`{"alg":"EdDSA","form":"without-empty","kid":"` + kid + `"}`),
		"a form without a name":              as(`{"alg":"EdDSA","form":null,"kid":"` + kid + `"}`),
		"crit of nothing":                    as(`{"alg":"EdDSA","kid":"` + kid + `","crit":[]}`),
		"b64":                                as(`{"alg":"EdDSA","kid":"` + kid + `","b64":true}`),
		"alg twice":                          as(`{"alg":"none","alg":"EdDSA","kid":"` + kid + `"}`),
		"kid twice":                          as(`{"alg":"EdDSA","kid":"x","kid":"` + kid + `"}`),
		"any member twice":                   as(`{"alg":"EdDSA","kid":"` + kid + `","x":1,"x":2}`),
		"two objects":                        as(`{"alg":"EdDSA","kid":"` + kid + `"}{}`),
		"crit, unprotected":                  with(`{"crit":["exp"]}`),
		"alg, unprotected too":               with(`{"alg":"EdDSA"}`),
		"kid, unprotected too":               with(`{"kid":"` + kid + `"}`),
		"typ, unprotected too":               with(`{"typ":"JOSE"}`),
		"b64, unprotected":                   with(`{"b64":false}`),
		"twice, unprotected":                 with(`{"x":1,"x":2}`),
		"a list for a header":                with(`[]`),
		"padding":                            {{Protected: own.Protected, Signature: own.Signature + "=="}},
		"a line end in the signature":        {{Protected: own.Protected, Signature: own.Signature[:40] + "\n" + own.Signature[40:]}},
		"a line end in the header":           {signedOver(t, own.Protected[:40]+"\n"+own.Protected[40:])},
		"a carriage return in the header":    {signedOver(t, own.Protected+"\r")},
		"a header with padding":              {signedOver(t, own.Protected+"=")},
		"a header with stray bits":           {signedOver(t, stray(`{"alg":"EdDSA","kid":"`+kid+`"}`))},
		"the other alphabet":                 {{Protected: own.Protected, Signature: strings.NewReplacer("-", "+", "_", "/").Replace(own.Signature) + "+"}},
		"stray bits":                         {{Protected: own.Protected, Signature: strayed(own.Signature)}},
		"a short signature":                  {{Protected: own.Protected, Signature: own.Signature[:len(own.Signature)-2]}},
		"a long one":                         {{Protected: own.Protected, Signature: own.Signature + "AA"}},
		"a megabyte of it":                   {{Protected: own.Protected, Signature: strings.Repeat("A", 1<<20)}},
		"a megabyte of header":               as(`{"alg":"EdDSA","kid":"` + kid + `","x":"` + strings.Repeat("x", 1<<20) + `"}`),
		"too many before the good one":       append(make([]jws.Signature, jws.MaxSignatures), own),
		"too many behind it":                 append([]jws.Signature{own}, make([]jws.Signature, jws.MaxSignatures)...),
		"the header of one, the other's":     {{Protected: signedAs(t, `{"alg":"EdDSA","kid":"`+kid+`"}`).Protected, Signature: own.Signature}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := verify(t, all...); !errors.Is(err, jws.ErrNotVerified) {
				t.Error(err)
			}
		})
	}
}

func TestWeakKeysVerifyNothing(t *testing.T) {
	t.Parallel()
	weak := make(ed25519.PublicKey, ed25519.PublicKeySize)
	weak[0] = 1
	for name, key := range map[string]ed25519.PublicKey{"small order": weak, "none": nil, "short": weak[:31]} {
		all := []jws.Signature{{Protected: sign(t, 0, payload).Protected, Signature: base64.RawURLEncoding.EncodeToString(make([]byte, 64))}}
		if err := jws.Verify(all, kid, key, payload); !errors.Is(err, jws.ErrNotVerified) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzVerify: whatever is read, only the signature of the key verifies.
func FuzzVerify(f *testing.F) {
	own := sign(f, 0, payload)
	for _, s := range []jws.Signature{own, signedAs(f, `{"alg":"none","kid":"`+kid+`"}`), {Protected: own.Protected, Signature: own.Signature, Header: []byte(`{"crit":[]}`)}} {
		raw, err := json.Marshal([]jws.Signature{s})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	key := assertionKey(f, 0).PublicKey()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var all []jws.Signature
		if json.Unmarshal(raw, &all) != nil {
			return
		}
		if jws.Verify(all, kid, key, payload) != nil {
			return
		}
		for _, s := range all {
			header, err := base64.RawURLEncoding.DecodeString(s.Protected)
			var read struct{ Alg, KID string }
			sig, _ := base64.RawURLEncoding.DecodeString(s.Signature)
			input := s.Protected + "." + base64.RawURLEncoding.EncodeToString(payload)
			if err == nil && json.Unmarshal(header, &read) == nil && read.Alg == "EdDSA" && read.KID == kid && ed25519.Verify(key, []byte(input), sig) {
				return
			}
		}
		t.Fatalf("%s verifies", raw)
	})
}
