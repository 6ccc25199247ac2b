package signature_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

type octetsFixture struct {
	Name        string
	SeedHex     string `json:"seed_hex"`
	DID         string
	Timestamp   int64
	Body        []byte `json:"body_base64"`
	SHA256      string
	ContentType string `json:"content_type"`
	Audience    string `json:"aud"`
	Method      string
	Target      string
	Nonce       string
	Object      string `json:"payload_object"`
	Payload     []byte `json:"payload_base64"`
	Signature   string `json:"signature_base58"`
}

func (f octetsFixture) request(t *testing.T) signature.Request {
	t.Helper()
	return signature.Request{
		DID: mustParse(t, f.DID), Audience: mustParse(t, f.Audience), Timestamp: f.Timestamp, Body: f.Body,
		Method: f.Method, Target: f.Target, Nonce: f.Nonce, ContentType: f.ContentType,
	}
}

// The payload is also built another way: by general-purpose JSON encoding and
// another canonicaliser.
func TestOctetsFixtures(t *testing.T) {
	vectors := readFixture[struct{ Vectors []octetsFixture }](t, "request-signatures-octets-1.json").Vectors
	if len(vectors) < 8 {
		t.Fatal("the fixtures are incomplete")
	}
	for _, f := range vectors {
		t.Run(f.Name, func(t *testing.T) {
			sum := sha256.Sum256(f.Body)
			value, err := json.Marshal(map[string]any{
				"timestamp": f.Timestamp, "target": f.Target, "nonce": f.Nonce, "method": f.Method, "did": f.DID,
				"aud": f.Audience, "contentType": f.ContentType, "sha256": hex.EncodeToString(sum[:]),
			})
			if err != nil {
				t.Fatal(err)
			}
			object := jsontext.Value(value)
			if err := object.Canonicalize(); err != nil {
				t.Fatal(err)
			}
			want := append([]byte("\xffoctets-1"), object...)
			if !bytes.Equal(f.Payload, want) || f.Object != string(object) || f.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("the fixture has\n%q, want\n%q", f.Payload, want)
			}
			r, k := f.request(t), keyPair(t, f.SeedHex)
			if payload, err := signature.Octets1.Payload(r); err != nil || !bytes.Equal(payload, want) {
				t.Errorf("payload %q, %v", payload, err)
			}
			if made, err := signature.Sign(k, signature.Octets1, r); err != nil || made != f.Signature {
				t.Errorf("signature %s, %v; want %s", made, err, f.Signature)
			}
			if body, err := signature.Verify(k.PublicKey(), signature.Octets1, r, f.Signature); err != nil || !bytes.Equal(body, f.Body) {
				t.Errorf("verified %q, %v", body, err)
			}
		})
	}
}

// Every field is covered, each on its own.
func TestOctetsCoverEveryField(t *testing.T) {
	r := baseRequest(t)
	r.ContentType = "application/json"
	sig := sign(t, signature.Octets1, r)
	for name, change := range map[string]func(*signature.Request){
		"signer":             func(r *signature.Request) { r.DID = r.Audience },
		"recipient":          func(r *signature.Request) { r.Audience = r.DID },
		"timestamp":          func(r *signature.Request) { r.Timestamp++ },
		"method":             func(r *signature.Request) { r.Method = "PUT" },
		"query":              func(r *signature.Request) { r.Target = "/?a=2" },
		"encoded query":      func(r *signature.Request) { r.Target = "/?a=%31" },
		"nonce":              func(r *signature.Request) { r.Nonce = strings.ToLower(r.Nonce) },
		"content type":       func(r *signature.Request) { r.ContentType = "application/a2a+json" },
		"content type, case": func(r *signature.Request) { r.ContentType = "Application/json" },
		"no content type":    func(r *signature.Request) { r.ContentType = "" },
		"one space":          func(r *signature.Request) { r.Body = append(slices.Clone(r.Body), ' ') },
		"no body":            func(r *signature.Request) { r.Body = nil },
	} {
		t.Run(name, func(t *testing.T) {
			changed := r
			change(&changed)
			if body, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), signature.Octets1, changed, sig); !errors.Is(err, did.ErrSignatureMismatch) || body != nil {
				t.Errorf("%q, %v; want ErrSignatureMismatch", body, err)
			}
		})
	}
}

func TestOctetsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*signature.Request)
		want   error
	}{
		"no signer":                   {func(r *signature.Request) { r.DID = did.DID{} }, signature.ErrRequest},
		"no recipient":                {func(r *signature.Request) { r.Audience = did.DID{} }, signature.ErrRequest},
		"method in lower case":        {func(r *signature.Request) { r.Method = "post" }, signature.ErrRequest},
		"absolute target":             {func(r *signature.Request) { r.Target = "https://a/" }, signature.ErrRequest},
		"short nonce":                 {func(r *signature.Request) { r.Nonce = "short" }, signature.ErrNonce},
		"negative timestamp":          {func(r *signature.Request) { r.Timestamp = -1 }, signature.ErrTimestamp},
		"timestamp of 2^53":           {func(r *signature.Request) { r.Timestamp = 1 << 53 }, signature.ErrTimestamp},
		"content type with a line":    {func(r *signature.Request) { r.ContentType = "a/b\r\nx: y" }, signature.ErrRequest},
		"content type with a tab":     {func(r *signature.Request) { r.ContentType = "a/b;\tc=d" }, signature.ErrRequest},
		"content type not ASCII":      {func(r *signature.Request) { r.ContentType = "a/\u00e9" }, signature.ErrRequest},
		"content type that begins so": {func(r *signature.Request) { r.ContentType = " a/b" }, signature.ErrRequest},
		"long content type":           {func(r *signature.Request) { r.ContentType = strings.Repeat("a", 257) }, signature.ErrRequest},
	} {
		t.Run(name, func(t *testing.T) {
			r := baseRequest(t)
			c.change(&r)
			if payload, err := signature.Octets1.Payload(r); !errors.Is(err, c.want) || payload != nil {
				t.Errorf("Payload: %q, %v; want %v", payload, err, c.want)
			}
			if sig, err := signature.Sign(keyPair(t, zeroSeed), signature.Octets1, r); !errors.Is(err, c.want) || sig != "" {
				t.Errorf("Sign: %q, %v; want %v", sig, err, c.want)
			}
		})
	}
}

// Fields cannot spill into one another: distinct requests have distinct payloads.
func FuzzOctetsPayload(f *testing.F) {
	f.Add("POST", "/", "a/b", []byte("{}"), "GET", `/","timestamp":1`, "", []byte(nil))
	f.Add("POST", `/\"`, `a"b`, []byte{0xff}, "POST", `/\`, `a\"b`, []byte{0xff})
	f.Fuzz(func(t *testing.T, method1, target1, type1 string, body1 []byte, method2, target2, type2 string, body2 []byte) {
		r := baseRequest(t)
		r.Method, r.Target, r.ContentType, r.Body = method1, target1, type1, body1
		first, err1 := signature.Octets1.Payload(r)
		r.Method, r.Target, r.ContentType, r.Body = method2, target2, type2, body2
		second, err2 := signature.Octets1.Payload(r)
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			return
		}
		if method1 != method2 || target1 != target2 || type1 != type2 || !bytes.Equal(body1, body2) {
			t.Fatalf("two requests share the payload %q", first)
		}
	})
}

// What signers of octets-1 do wrong is named.
func TestExplainWrongFormsOfOctets(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	r.ContentType = "application/json"
	right := payload(t, signature.Octets1, r)
	sum := sha256.Sum256(r.Body)
	sumText := hex.EncodeToString(sum[:])
	for name, c := range map[string]struct{ signed, form string }{
		"no FF":            {right[1:], "without the byte FF"},
		"FF in UTF-8":      {"\u00ff" + right[1:], "FF written as UTF-8"},
		"sum in capitals":  {strings.Replace(right, sumText, strings.ToUpper(sumText), 1), "capitals"},
		"sum in base64":    {strings.Replace(right, sumText, base64Of(sum[:]), 1), "base64"},
		"no content type":  {strings.Replace(right, `"contentType":"application/json"`, `"contentType":""`, 1), "without the content type"},
		"target, no query": {strings.Replace(right, `"/?a=1"`, `"/"`, 1), "without the query"},
		"a newline at end": {right + "\n", "newline"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.signed == right {
				t.Fatal("the form is not another one")
			}
			m, ok := signature.Explain(k.PublicKey(), signature.Octets1, r, encoded(rawSign(t, zeroSeed, c.signed)))
			if !ok || !strings.Contains(m.Form, c.form) {
				t.Errorf("Explain = %+v, %v; want %q in it", m, ok, c.form)
			}
		})
	}
}
