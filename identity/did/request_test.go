package did_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
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

func (f signatureFixture) request(t testing.TB) did.Request {
	t.Helper()
	r := did.Request{
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
	for file, scheme := range map[string]did.Scheme{
		"request-signatures-reference.json": did.SchemeReference,
		"request-signatures-jcs-1.json":     did.SchemeJCS,
	} {
		for _, f := range readSignatures(t, file) {
			t.Run(string(scheme)+" "+f.Name, func(t *testing.T) { checkFixture(t, scheme, f) })
		}
	}
}

func checkFixture(t *testing.T, scheme did.Scheme, f signatureFixture) {
	r, k := f.request(t), keyPair(t, f.SeedHex)
	payload, err := scheme.Payload(r)
	if err != nil || string(payload) != f.Payload {
		t.Errorf("payload %q, %v\nwant    %q", payload, err, f.Payload)
	}
	signature, err := did.Sign(k, scheme, r)
	if err != nil || signature != f.Signature {
		t.Errorf("signature %s, %v; want %s", signature, err, f.Signature)
	}
	pub, err := did.DecodePublicKey(f.PublicKey)
	if err != nil || !pub.Equal(k.PublicKey()) {
		t.Errorf("public key %x, %v", pub, err)
	}
	body, err := did.Verify(pub, scheme, r, f.Signature)
	if err != nil {
		t.Fatal(err)
	}
	want := f.Body
	if scheme == did.SchemeJCS && want != "" {
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
	r := did.Request{DID: mustParse(t, "did:bindu:test"), Timestamp: 1000, Body: []byte(`{"test": "value"}`)}
	const want = "3SfU4VPTHLbzZzCn17ZqU6y2tnzHQbdo2nnXQr6XZXk34XgyzwSKRrCYEWRmmGXrV39mdkyhTsy5oasfTpNuqyM2"
	if got, err := did.Sign(k, did.SchemeReference, r); err != nil || got != want {
		t.Errorf("signature %s, %v; want %s", got, err, want)
	}
}

var (
	caller    = "did:bindu:docs:caller:1"
	recipient = "did:bindu:docs:recipient:2"
)

const body = `{"a":1,"b":[true,null,"\u00e9<"]}`

func baseRequest(t testing.TB) did.Request {
	return did.Request{
		DID: mustParse(t, caller), Audience: mustParse(t, recipient), Timestamp: 1767225600,
		Method: "POST", Target: "/?a=1", Nonce: "AAECAwQFBgcICQoLDA0ODw", Body: []byte(body),
	}
}

func sign(t testing.TB, s did.Scheme, r did.Request) string {
	t.Helper()
	signature, err := did.Sign(keyPair(t, zeroSeed), s, r)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func TestChangedRequests(t *testing.T) {
	both := []did.Scheme{did.SchemeReference, did.SchemeJCS}
	reference, jcs := both[:1], both[1:]
	setBody := func(text string) func(*did.Request) { return func(r *did.Request) { r.Body = []byte(text) } }
	for name, c := range map[string]struct {
		refusedBy []did.Scheme
		change    func(*did.Request)
	}{
		"066 nothing":                   {nil, func(*did.Request) {}},
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
		"062 timestamp":                 {both, func(r *did.Request) { r.Timestamp++ }},
		"064 signer":                    {both, func(r *did.Request) { r.DID = r.Audience }},
		"084 recipient":                 {jcs, func(r *did.Request) { r.Audience = r.DID }},
		"084 method":                    {jcs, func(r *did.Request) { r.Method = "PUT" }},
		"084 path":                      {jcs, func(r *did.Request) { r.Target = "/b?a=1" }},
		"084 query":                     {jcs, func(r *did.Request) { r.Target = "/?a=2" }},
		"084 encoded path":              {jcs, func(r *did.Request) { r.Target = "/?a=%31" }},
		"084 nonce":                     {jcs, func(r *did.Request) { r.Nonce = strings.ToLower(r.Nonce) }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, scheme := range both {
				signature := sign(t, scheme, baseRequest(t))
				changed := baseRequest(t)
				c.change(&changed)
				got, err := did.Verify(keyPair(t, zeroSeed).PublicKey(), scheme, changed, signature)
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
	signature := sign(t, did.SchemeJCS, baseRequest(t))
	r := baseRequest(t)
	r.Body = []byte(" { \"b\" : [ true , null , \"\u00e9\\u003c\" ] , \"a\" : 1.0 } \r\n")
	got, err := did.Verify(keyPair(t, zeroSeed).PublicKey(), did.SchemeJCS, r, signature)
	if want := "{\"a\":1,\"b\":[true,null,\"\u00e9<\"]}"; err != nil || string(got) != want {
		t.Errorf("body %q, %v; want %q", got, err, want)
	}
	r = baseRequest(t)
	r.Body = nil
	got, err = did.Verify(keyPair(t, zeroSeed).PublicKey(), did.SchemeJCS, r, sign(t, did.SchemeJCS, r))
	if err != nil || len(got) != 0 {
		t.Errorf("empty body became %q, %v", got, err)
	}
}

func TestUnsignableRequests(t *testing.T) {
	for name, c := range map[string]struct {
		scheme did.Scheme
		change func(*did.Request)
		want   error
	}{
		"no signer, reference": {did.SchemeReference, func(r *did.Request) { r.DID = did.DID{} }, did.ErrRequest},
		"no signer, jcs-1":     {did.SchemeJCS, func(r *did.Request) { r.DID = did.DID{} }, did.ErrRequest},
		"no recipient":         {did.SchemeJCS, func(r *did.Request) { r.Audience = did.DID{} }, did.ErrRequest},
		"no method":            {did.SchemeJCS, func(r *did.Request) { r.Method = "" }, did.ErrRequest},
		"method in lower case": {did.SchemeJCS, func(r *did.Request) { r.Method = "post" }, did.ErrRequest},
		"method with a quote":  {did.SchemeJCS, func(r *did.Request) { r.Method = `A"` }, did.ErrRequest},
		"long method":          {did.SchemeJCS, func(r *did.Request) { r.Method = strings.Repeat("A", 33) }, did.ErrRequest},
		"no target":            {did.SchemeJCS, func(r *did.Request) { r.Target = "" }, did.ErrRequest},
		"absolute target":      {did.SchemeJCS, func(r *did.Request) { r.Target = "https://a/" }, did.ErrRequest},
		"target with fragment": {did.SchemeJCS, func(r *did.Request) { r.Target = "/#a" }, did.ErrRequest},
		"target not ASCII":     {did.SchemeJCS, func(r *did.Request) { r.Target = "/\u00e9" }, did.ErrRequest},
		"target with a space":  {did.SchemeJCS, func(r *did.Request) { r.Target = "/a b" }, did.ErrRequest},
		"no nonce":             {did.SchemeJCS, func(r *did.Request) { r.Nonce = "" }, did.ErrNonce},
		"short nonce":          {did.SchemeJCS, func(r *did.Request) { r.Nonce = "short" }, did.ErrNonce},
		"negative timestamp":   {did.SchemeJCS, func(r *did.Request) { r.Timestamp = -1 }, did.ErrTimestamp},
		"timestamp of 2^53":    {did.SchemeJCS, func(r *did.Request) { r.Timestamp = 1 << 53 }, did.ErrTimestamp},
		"unknown scheme":       {"jcs-2", func(*did.Request) {}, did.ErrScheme},
		"empty scheme":         {"", func(*did.Request) {}, did.ErrScheme},
		"071 not UTF-8":        {did.SchemeReference, func(r *did.Request) { r.Body = []byte("\"\xff\"") }, did.ErrBodyNotUTF8},
		"071 not UTF-8, jcs-1": {did.SchemeJCS, func(r *did.Request) { r.Body = []byte("\"\xff\"") }, did.ErrBodyNotUTF8},
		"071 surrogate bytes":  {did.SchemeReference, func(r *did.Request) { r.Body = []byte("\xed\xa0\x80") }, did.ErrBodyNotUTF8},
		"104 duplicate key":    {did.SchemeJCS, func(r *did.Request) { r.Body = []byte(`{"a":1,"a":1}`) }, did.ErrDuplicateKey},
		"105 trailing data":    {did.SchemeJCS, func(r *did.Request) { r.Body = []byte(`{}{}`) }, did.ErrSyntax},
		"106 depth 65":         {did.SchemeJCS, func(r *did.Request) { r.Body = nested(65) }, did.ErrDepth},
		"067 2^53+1":           {did.SchemeJCS, func(r *did.Request) { r.Body = []byte(`9007199254740993`) }, did.ErrNumber},
		"white space for JSON": {did.SchemeJCS, func(r *did.Request) { r.Body = []byte(" \n") }, did.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			r := baseRequest(t)
			c.change(&r)
			if payload, err := c.scheme.Payload(r); !errors.Is(err, c.want) || payload != nil {
				t.Errorf("Payload: %q, %v; want %v", payload, err, c.want)
			}
			if signature, err := did.Sign(keyPair(t, zeroSeed), c.scheme, r); !errors.Is(err, c.want) || signature != "" {
				t.Errorf("Sign: %q, %v; want %v", signature, err, c.want)
			}
			if got, err := did.Verify(keyPair(t, zeroSeed).PublicKey(), c.scheme, r, sign(t, did.SchemeReference, baseRequest(t))); !errors.Is(err, c.want) || got != nil {
				t.Errorf("Verify: %q, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestMalformedSignatures(t *testing.T) {
	r := baseRequest(t)
	good := sign(t, did.SchemeReference, r)
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
			if got, err := did.Verify(keyPair(t, zeroSeed).PublicKey(), did.SchemeReference, r, bad); !errors.Is(err, did.ErrSignatureMalformed) || got != nil {
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
	good := sign(t, did.SchemeReference, r)
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
		"069 the other scheme":       sign(t, did.SchemeJCS, r),
		"066 another key":            signWith(t, strings.Repeat("01", 32), r),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := did.Verify(keyPair(t, zeroSeed).PublicKey(), did.SchemeReference, r, bad); !errors.Is(err, did.ErrSignatureMismatch) || got != nil {
				t.Errorf("%q, %v; want ErrSignatureMismatch", got, err)
			}
		})
	}
}

func signWith(t *testing.T, seedHex string, r did.Request) string {
	t.Helper()
	signature, err := did.Sign(keyPair(t, seedHex), did.SchemeReference, r)
	if err != nil {
		t.Fatal(err)
	}
	return signature
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
	payload, err := did.SchemeReference.Payload(r)
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
			signature := base58.Encode(rawSign(t, zeroSeed, form))
			if _, err := did.Verify(k.PublicKey(), did.SchemeReference, r, signature); !errors.Is(err, did.ErrSignatureMismatch) {
				t.Errorf("error %v, want ErrSignatureMismatch", err)
			}
		})
	}
}

func TestSignTextFixtures(t *testing.T) {
	file := readFixture[struct {
		SeedHex string `json:"seed_hex"`
		Vectors []struct {
			Name, Text string
			Signature  string `json:"signature_base58"`
		}
		Refused []struct{ Name, Text, Reason string }
	}](t, "artifact-signatures.json")
	k := keyPair(t, file.SeedHex)
	for _, v := range file.Vectors {
		if got := signText(t, k, v.Text); got != v.Signature {
			t.Errorf("%s: %s, want %s", v.Name, got, v.Signature)
		}
		if err := did.VerifyText(k.PublicKey(), v.Text, v.Signature); err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if err := did.VerifyText(k.PublicKey(), v.Text+" ", v.Signature); !errors.Is(err, did.ErrSignatureMismatch) {
			t.Errorf("%s with another text: %v", v.Name, err)
		}
	}
	for _, v := range file.Refused {
		var refused *did.TextError
		if _, err := did.SignText(k, v.Text); !errors.As(err, &refused) || refused.Reason != v.Reason {
			t.Errorf("%s: %v, want a refusal as %s", v.Name, err, v.Reason)
		}
	}
	if len(file.Refused) == 0 {
		t.Error("no refused texts in the fixtures")
	}
}

func TestVerifyTextRefusesBadKeys(t *testing.T) {
	signature := signText(t, keyPair(t, zeroSeed), "text")
	if err := did.VerifyText(nil, "text", signature); !errors.Is(err, did.ErrPublicKey) {
		t.Errorf("no key: %v", err)
	}
	if err := did.VerifyText(make(ed25519.PublicKey, 32), "text", signature); !errors.Is(err, did.ErrWeakKey) {
		t.Errorf("weak key: %v", err)
	}
}
