package signature_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

type signatureFixture struct {
	Name      string
	SeedHex   string `json:"seed_hex"`
	PublicKey string `json:"public_key_base58"`
	DID       string
	Timestamp int64
	Body      string
	Audience  string `json:"aud"`
	Method    string
	Target    string
	Nonce     string
	Payload   string
	Signature string `json:"signature_base58"`
}

func (f signatureFixture) request(t testing.TB) signature.Request {
	t.Helper()
	r := signature.Request{
		DID: mustParse(t, f.DID), Timestamp: f.Timestamp, Body: []byte(f.Body),
		Method: f.Method, Target: f.Target, Nonce: f.Nonce,
	}
	if f.Audience != "" {
		r.Audience = mustParse(t, f.Audience)
	}
	return r
}

func readSignatures(t testing.TB, name string) []signatureFixture {
	t.Helper()
	file := readFixture[struct{ Vectors []signatureFixture }](t, name)
	if len(file.Vectors) < 8 {
		t.Fatalf("%s is incomplete", name)
	}
	return file.Vectors
}

func TestSignatureFixtures(t *testing.T) {
	for file, scheme := range map[string]signature.Scheme{
		"request-signatures-reference.json": signature.Reference,
		"request-signatures-jcs-1.json":     signature.JCS1,
	} {
		for _, f := range readSignatures(t, file) {
			t.Run(string(scheme)+" "+f.Name, func(t *testing.T) { checkFixture(t, scheme, f) })
		}
	}
}

func checkFixture(t *testing.T, scheme signature.Scheme, f signatureFixture) {
	r, k := f.request(t), keyPair(t, f.SeedHex)
	payload, err := scheme.Payload(r)
	if err != nil || string(payload) != f.Payload {
		t.Errorf("payload %q, %v\nwant    %q", payload, err, f.Payload)
	}
	sig, err := signature.Sign(k, scheme, r)
	if err != nil || sig != f.Signature {
		t.Errorf("signature %s, %v; want %s", sig, err, f.Signature)
	}
	pub, err := did.DecodePublicKey(f.PublicKey)
	if err != nil || !pub.Equal(k.PublicKey()) {
		t.Errorf("public key %x, %v", pub, err)
	}
	body, err := signature.Verify(pub, scheme, r, f.Signature)
	if err != nil {
		t.Fatal(err)
	}
	want := f.Body
	if scheme == signature.JCS1 && want != "" {
		want = memberOf(t, f.Payload, "body")
	}
	if string(body) != want {
		t.Errorf("verified body %q, want %q", body, want)
	}
}

func memberOf(t *testing.T, object, name string) string {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		t.Fatal(err)
	}
	return string(members[name])
}

// The payload of jcs-1 built a second way: by general-purpose JSON encoding
// and another canonicaliser, over all members at once.
func TestJCSPayloadBuiltAnotherWay(t *testing.T) {
	for _, f := range readSignatures(t, "request-signatures-jcs-1.json") {
		body := f.Body
		if body == "" {
			body = "null"
		}
		value, err := json.Marshal(map[string]any{
			"timestamp": f.Timestamp, "target": f.Target, "nonce": f.Nonce, "method": f.Method,
			"did": f.DID, "body": json.RawMessage(body), "aud": f.Audience,
		})
		if err != nil {
			t.Fatal(err)
		}
		canonical := jsontext.Value(value)
		if err := canonical.Canonicalize(); err != nil {
			t.Fatal(err)
		}
		if string(canonical) != f.Payload {
			t.Errorf("%s:\n  %s\nis not\n  %s", f.Name, canonical, f.Payload)
		}
	}
}

// The fixture that every implementation of the reference scheme publishes.
func TestReferenceFixture(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := signature.Request{DID: mustParse(t, "did:bindu:test"), Timestamp: 1000, Body: []byte(`{"test": "value"}`)}
	const want = "3SfU4VPTHLbzZzCn17ZqU6y2tnzHQbdo2nnXQr6XZXk34XgyzwSKRrCYEWRmmGXrV39mdkyhTsy5oasfTpNuqyM2"
	if got, err := signature.Sign(k, signature.Reference, r); err != nil || got != want {
		t.Errorf("signature %s, %v; want %s", got, err, want)
	}
}

var (
	caller    = "did:bindu:docs:caller:1"
	recipient = "did:bindu:docs:recipient:2"
)

const body = `{"a":1,"b":[true,null,"\u00e9<"]}`

func baseRequest(t testing.TB) signature.Request {
	return signature.Request{
		DID: mustParse(t, caller), Audience: mustParse(t, recipient), Timestamp: 1767225600,
		Method: "POST", Target: "/?a=1", Nonce: "AAECAwQFBgcICQoLDA0ODw", Body: []byte(body),
	}
}

func sign(t testing.TB, s signature.Scheme, r signature.Request) string {
	t.Helper()
	sig, err := signature.Sign(keyPair(t, zeroSeed), s, r)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestChangedRequests(t *testing.T) {
	both := []signature.Scheme{signature.Reference, signature.JCS1}
	reference, jcs := both[:1], both[1:]
	setBody := func(text string) func(*signature.Request) {
		return func(r *signature.Request) { r.Body = []byte(text) }
	}
	for name, c := range map[string]struct {
		refusedBy []signature.Scheme
		change    func(*signature.Request)
	}{
		"066 nothing":                   {nil, func(*signature.Request) {}},
		"066 a value":                   {both, setBody(strings.Replace(body, "1", "2", 1))},
		"066 a key":                     {both, setBody(strings.Replace(body, "a", "c", 1))},
		"066 a type":                    {both, setBody(strings.Replace(body, "1", `"1"`, 1))},
		"066 null to absent":            {both, setBody(strings.Replace(body, "null,", "", 1))},
		"066 array order":               {both, setBody(strings.Replace(body, "true,null", "null,true", 1))},
		"066 one space":                 {reference, setBody(" " + body)},
		"066 key order":                 {reference, setBody(`{"b":[true,null,"\u00e9<"],"a":1}`)},
		"066 escaped slash":             {both, setBody(strings.Replace(body, "<", `\/`, 1))},
		"066 escape of the same letter": {reference, setBody(strings.Replace(body, `"a"`, `"\u0061"`, 1))},
		"066 trailing newline":          {reference, setBody(body + "\n")},
		"066 number in other form":      {reference, setBody(strings.Replace(body, "1", "1.0e0", 1))},
		"067 Go's HTML escapes":         {reference, setBody(strings.Replace(body, "<", `\u003c`, 1))},
		"066 NFD for NFC":               {both, setBody(strings.Replace(body, `\u00e9`, `e\u0301`, 1))},
		"066 empty body":                {both, setBody("")},
		"062 timestamp":                 {both, func(r *signature.Request) { r.Timestamp++ }},
		"064 signer":                    {both, func(r *signature.Request) { r.DID = r.Audience }},
		"084 recipient":                 {jcs, func(r *signature.Request) { r.Audience = r.DID }},
		"084 method":                    {jcs, func(r *signature.Request) { r.Method = "PUT" }},
		"084 path":                      {jcs, func(r *signature.Request) { r.Target = "/b?a=1" }},
		"084 query":                     {jcs, func(r *signature.Request) { r.Target = "/?a=2" }},
		"084 encoded path":              {jcs, func(r *signature.Request) { r.Target = "/?a=%31" }},
		"084 nonce":                     {jcs, func(r *signature.Request) { r.Nonce = strings.ToLower(r.Nonce) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range both {
				sig := sign(t, scheme, baseRequest(t))
				changed := baseRequest(t)
				c.change(&changed)
				got, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), scheme, changed, sig)
				if !slices.Contains(c.refusedBy, scheme) {
					if err != nil {
						t.Errorf("%s: %v, want it accepted", scheme, err)
					}
				} else if !errors.Is(err, did.ErrSignatureMismatch) || got != nil {
					t.Errorf("%s: %q, %v; want ErrSignatureMismatch", scheme, got, err)
				}
			}
		})
	}
}

// What a proxy in between changes without changing the meaning reaches the
// handler as the bytes that were verified.
func TestVerifiedBodyIsWhatRuns(t *testing.T) {
	sig := sign(t, signature.JCS1, baseRequest(t))
	r := baseRequest(t)
	r.Body = []byte(" { \"b\" : [ true , null , \"\u00e9\\u003c\" ] , \"a\" : 1.0 } \r\n")
	got, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), signature.JCS1, r, sig)
	if want := "{\"a\":1,\"b\":[true,null,\"\u00e9<\"]}"; err != nil || string(got) != want {
		t.Errorf("body %q, %v; want %q", got, err, want)
	}
	r = baseRequest(t)
	r.Body = nil
	got, err = signature.Verify(keyPair(t, zeroSeed).PublicKey(), signature.JCS1, r, sign(t, signature.JCS1, r))
	if err != nil || len(got) != 0 {
		t.Errorf("empty body became %q, %v", got, err)
	}
}

func TestUnsignableRequests(t *testing.T) {
	for name, c := range map[string]struct {
		scheme signature.Scheme
		change func(*signature.Request)
		want   error
	}{
		"no signer, reference": {signature.Reference, func(r *signature.Request) { r.DID = did.DID{} }, signature.ErrRequest},
		"no signer, jcs-1":     {signature.JCS1, func(r *signature.Request) { r.DID = did.DID{} }, signature.ErrRequest},
		"no recipient":         {signature.JCS1, func(r *signature.Request) { r.Audience = did.DID{} }, signature.ErrRequest},
		"no method":            {signature.JCS1, func(r *signature.Request) { r.Method = "" }, signature.ErrRequest},
		"method in lower case": {signature.JCS1, func(r *signature.Request) { r.Method = "post" }, signature.ErrRequest},
		"method with a quote":  {signature.JCS1, func(r *signature.Request) { r.Method = `A"` }, signature.ErrRequest},
		"long method":          {signature.JCS1, func(r *signature.Request) { r.Method = strings.Repeat("A", 33) }, signature.ErrRequest},
		"no target":            {signature.JCS1, func(r *signature.Request) { r.Target = "" }, signature.ErrRequest},
		"absolute target":      {signature.JCS1, func(r *signature.Request) { r.Target = "https://a/" }, signature.ErrRequest},
		"target with fragment": {signature.JCS1, func(r *signature.Request) { r.Target = "/#a" }, signature.ErrRequest},
		"target not ASCII":     {signature.JCS1, func(r *signature.Request) { r.Target = "/\u00e9" }, signature.ErrRequest},
		"target with a space":  {signature.JCS1, func(r *signature.Request) { r.Target = "/a b" }, signature.ErrRequest},
		"no nonce":             {signature.JCS1, func(r *signature.Request) { r.Nonce = "" }, signature.ErrNonce},
		"short nonce":          {signature.JCS1, func(r *signature.Request) { r.Nonce = "short" }, signature.ErrNonce},
		"negative timestamp":   {signature.JCS1, func(r *signature.Request) { r.Timestamp = -1 }, signature.ErrTimestamp},
		"timestamp of 2^53":    {signature.JCS1, func(r *signature.Request) { r.Timestamp = 1 << 53 }, signature.ErrTimestamp},
		"unknown scheme":       {"jcs-2", func(*signature.Request) {}, signature.ErrScheme},
		"empty scheme":         {"", func(*signature.Request) {}, signature.ErrScheme},
		"071 not UTF-8":        {signature.Reference, func(r *signature.Request) { r.Body = []byte("\"\xff\"") }, did.ErrBodyNotUTF8},
		"071 not UTF-8, jcs-1": {signature.JCS1, func(r *signature.Request) { r.Body = []byte("\"\xff\"") }, did.ErrBodyNotUTF8},
		"071 surrogate bytes":  {signature.Reference, func(r *signature.Request) { r.Body = []byte("\xed\xa0\x80") }, did.ErrBodyNotUTF8},
		"104 duplicate key":    {signature.JCS1, func(r *signature.Request) { r.Body = []byte(`{"a":1,"a":1}`) }, did.ErrDuplicateKey},
		"105 trailing data":    {signature.JCS1, func(r *signature.Request) { r.Body = []byte(`{}{}`) }, did.ErrSyntax},
		"106 depth 65":         {signature.JCS1, func(r *signature.Request) { r.Body = nested(65) }, did.ErrDepth},
		"067 2^53+1":           {signature.JCS1, func(r *signature.Request) { r.Body = []byte(`9007199254740993`) }, did.ErrNumber},
		"white space for JSON": {signature.JCS1, func(r *signature.Request) { r.Body = []byte(" \n") }, did.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			r := baseRequest(t)
			c.change(&r)
			if payload, err := c.scheme.Payload(r); !errors.Is(err, c.want) || payload != nil {
				t.Errorf("Payload: %q, %v; want %v", payload, err, c.want)
			}
			if sig, err := signature.Sign(keyPair(t, zeroSeed), c.scheme, r); !errors.Is(err, c.want) || sig != "" {
				t.Errorf("Sign: %q, %v; want %v", sig, err, c.want)
			}
			if got, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), c.scheme, r, sign(t, signature.Reference, baseRequest(t))); !errors.Is(err, c.want) || got != nil {
				t.Errorf("Verify: %q, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestMalformedSignatures(t *testing.T) {
	r := baseRequest(t)
	good := sign(t, signature.Reference, r)
	raw, err := base58.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"072 empty":            "",
		"072 digit zero":       "0" + good[1:],
		"072 letter O":         "O" + good[1:],
		"072 letter I":         "I" + good[1:],
		"072 letter l":         "l" + good[1:],
		"072 space before":     " " + good,
		"072 space inside":     good[:10] + " " + good[11:],
		"072 newline after":    good + "\n",
		"072 not ASCII":        "\u00e9" + good[2:],
		"072 63 bytes":         base58.Encode(raw[:63]),
		"072 65 bytes":         base58.Encode(append(slices.Clone(raw), 1)),
		"072 leading 1":        "1" + good,
		"072 65 times 1":       strings.Repeat("1", 65),
		"072 63 times 1":       strings.Repeat("1", 63),
		"072 largest 88":       strings.Repeat("z", 88),
		"072 89 characters":    strings.Repeat("1", 89),
		"072 1 MB":             strings.Repeat("z", 1<<20),
		"072 base64":           "kJ8vY2l0+/" + strings.Repeat("A", 76) + "==",
		"072 two signatures":   good + "," + good,
		"072 multibase prefix": "z" + good,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), signature.Reference, r, bad); !errors.Is(err, did.ErrSignatureMalformed) || got != nil {
				t.Errorf("Verify: %q, %v; want ErrSignatureMalformed", got, err)
			}
			if err := did.VerifyText(keyPair(t, zeroSeed).PublicKey(), "text", bad); !errors.Is(err, did.ErrSignatureMalformed) {
				t.Errorf("VerifyText: %v; want ErrSignatureMalformed", err)
			}
		})
	}
}

func TestMismatchingSignatures(t *testing.T) {
	r := baseRequest(t)
	good := sign(t, signature.Reference, r)
	raw, err := base58.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(raw)
	flipped[0] ^= 1
	for name, bad := range map[string]string{
		"073 S plus the group order": base58.Encode(plusOrder(raw)),
		"066 one bit":                base58.Encode(flipped),
		"072 all zero":               strings.Repeat("1", 64),
		"069 the other scheme":       sign(t, signature.JCS1, r),
		"066 another key":            signWith(t, strings.Repeat("01", 32), r),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := signature.Verify(keyPair(t, zeroSeed).PublicKey(), signature.Reference, r, bad); !errors.Is(err, did.ErrSignatureMismatch) || got != nil {
				t.Errorf("%q, %v; want ErrSignatureMismatch", got, err)
			}
		})
	}
}

func signWith(t *testing.T, seedHex string, r signature.Request) string {
	t.Helper()
	sig, err := signature.Sign(keyPair(t, seedHex), signature.Reference, r)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// plusOrder adds the group order to S, which RFC 8032 forbids and some
// verifiers accept.
func plusOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
	s := slices.Clone(sig[32:])
	slices.Reverse(s)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return slices.Concat(sig[:32], sum)
}

// 069: over any other form of the payload nothing verifies.
func Test069OtherPayloadForms(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	r.Body = []byte("{\"text\":\"\U0001f600 \u2028 \x7f\"}")
	payload, err := signature.Reference.Payload(r)
	if err != nil {
		t.Fatal(err)
	}
	text := string(payload)
	for name, form := range map[string]string{
		"no spaces":         strings.ReplaceAll(strings.ReplaceAll(text, `": `, `":`), `, "`, `,"`),
		"sorted otherwise":  `{"did": "` + caller + `"` + strings.Replace(text[1:len(text)-1], `, "did": "`+caller+`"`, "", 1) + "}",
		"ensure_ascii off":  strings.NewReplacer(`\ud83d\ude00`, "\U0001f600", `\u2028`, "\u2028", `\u007f`, "\x7f").Replace(text),
		"upper-case escape": strings.Replace(text, `\ud83d\ude00`, `\uD83D\uDE00`, 1),
		"DEL not escaped":   strings.Replace(text, `\u007f`, "\x7f", 1),
		"trailing newline":  text + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			if form == text {
				t.Fatal("the form is not another one")
			}
			sig := base58.Encode(rawSign(t, zeroSeed, form))
			if _, err := signature.Verify(k.PublicKey(), signature.Reference, r, sig); !errors.Is(err, did.ErrSignatureMismatch) {
				t.Errorf("error %v, want ErrSignatureMismatch", err)
			}
		})
	}
}

// Buffers are lent from one request to the next: what was verified before, or is verified
// at the same time, is not written over, whatever the schemes.
func TestAVerifiedBodyStays(t *testing.T) {
	k, schemes := keyPair(t, zeroSeed), signature.Schemes()
	var workers sync.WaitGroup
	for worker := range 4 {
		workers.Go(func() {
			var want []string
			var covered [][]byte
			for n := range 120 {
				r, s := baseRequest(t), schemes[(n+worker)%len(schemes)]
				r.Body = fmt.Appendf(nil, `{"n":%d,"text":%q,"worker":%d}`, n, strings.Repeat("a", 40*n%700), worker)
				body, err := signature.Verify(k.PublicKey(), s, r, sign(t, s, r))
				if err != nil {
					t.Error(err)
					return
				}
				want, covered = append(want, string(r.Body)), append(covered, body)
			}
			for i, body := range covered {
				if string(body) != want[i] {
					t.Errorf("a body changed after it was verified: %q, want %q", body, want[i])
				}
			}
		})
	}
	workers.Wait()
}

// TestAVerifiedBodyOutlivesItsBuffer, with each scheme after each.
func TestAVerifiedBodyOutlivesItsBuffer(t *testing.T) {
	pub := keyPair(t, zeroSeed).PublicKey()
	for _, first := range signature.Schemes() {
		r := baseRequest(t)
		r.Body = []byte(`{"a":"first"}`)
		body, err := signature.Verify(pub, first, r, sign(t, first, r))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 { // the race detector has pools forget by chance
			for _, second := range signature.Schemes() {
				other := baseRequest(t)
				other.Body = []byte(`{"a":"other"}`)
				if _, err := signature.Verify(pub, second, other, sign(t, second, other)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if string(body) != `{"a":"first"}` {
			t.Errorf("%s: the body became %q", first, body)
		}
	}
}
