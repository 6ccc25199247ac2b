package signature_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// boundFixture is what binds the answer of a fixture.
type boundFixture struct {
	SeedHex  string `json:"seed_hex"`
	DID      string
	Audience string `json:"aud"`
	Asked    string `json:"request_signature_base58"`
	Request  string
}

func (f boundFixture) binding(t *testing.T) signature.Binding {
	t.Helper()
	b, err := signature.BindingOf(http.Header{"X-Did": {f.Audience}, "X-Did-Signature": {f.Asked}}, mustParse(t, f.DID))
	if err != nil || hex.EncodeToString(b.Request[:]) != f.Request {
		t.Fatalf("bound to %x, %v; want %s", b.Request, err, f.Request)
	}
	return b
}

type answerFixture struct {
	Name string
	boundFixture
	Status      int
	ContentType string `json:"content_type"`
	Body        []byte `json:"body_base64"`
	GRPC        *statusFixture
	Timestamp   int64
	Object      string `json:"payload_object"`
	Payload     []byte `json:"payload_base64"`
	Signature   string `json:"signature_base58"`
}

// The payload is also built another way: by general-purpose JSON encoding and another
// canonicaliser.
func TestAnswerFixtures(t *testing.T) {
	vectors := readFixture[struct{ Vectors []answerFixture }](t, "answer-signatures.json").Vectors
	if len(vectors) < 6 {
		t.Fatal("the fixtures are incomplete")
	}
	for _, f := range vectors {
		t.Run(f.Name, func(t *testing.T) {
			b, sum := f.binding(t), sha256.Sum256(f.Body)
			members := map[string]any{
				"aud": f.Audience, "did": f.DID, "request": f.Request, "status": f.Status, "contentType": f.ContentType,
				"sha256": hex.EncodeToString(sum[:]), "timestamp": f.Timestamp,
			}
			if f.GRPC != nil {
				members["grpc"] = f.GRPC.member()
			}
			value, err := json.Marshal(members)
			if err != nil {
				t.Fatal(err)
			}
			object := jsontext.Value(value)
			if err := object.Canonicalize(); err != nil {
				t.Fatal(err)
			}
			if want := append([]byte("\xffanswer-1"), object...); !bytes.Equal(f.Payload, want) || f.Object != string(object) {
				t.Errorf("the fixture has\n%q, want\n%q", f.Payload, want)
			}
			a := signature.Answer{Binding: b, Status: f.Status, ContentType: f.ContentType, Body: f.Body, Timestamp: f.Timestamp, GRPC: f.GRPC.status()}
			if payload, err := a.Payload(); err != nil || !bytes.Equal(payload, f.Payload) {
				t.Errorf("payload %q, %v", payload, err)
			}
			k, h := keyPair(t, f.SeedHex), http.Header{}
			if err := signature.SignAnswer(k, a, h); err != nil || h.Get(signature.HeaderSignature) != f.Signature || h.Get(signature.HeaderScheme) != "answer-1" || h.Get(signature.HeaderDID) != f.DID {
				t.Errorf("signed %v, %v; want %s", h, err, f.Signature)
			}
			a.Timestamp = 0
			if at, err := signature.VerifyAnswer(k.PublicKey(), a, h); err != nil || at != f.Timestamp {
				t.Errorf("verified: %d, %v", at, err)
			}
		})
	}
}

// signedAnswer is an answer with its headers.
func signedAnswer(t testing.TB) (signature.Answer, http.Header) {
	t.Helper()
	a := signature.Answer{Binding: binding(t), Status: 200, ContentType: "application/json", Body: []byte(`{"a":1}`), Timestamp: 1_700_000_000}
	h := http.Header{}
	if err := signature.SignAnswer(keyPair(t, zeroSeed), a, h); err != nil {
		t.Fatal(err)
	}
	return a, h
}

func binding(t testing.TB) signature.Binding {
	t.Helper()
	return signature.Binding{Agent: mustParse(t, "did:bindu:a:agent:1"), Caller: mustParse(t, "did:bindu:a:caller:2"), Request: sha256.Sum256([]byte("request"))}
}

// An answer is good for its request, its parties, its status, type and body, and under
// its key; a signature that is missing, said twice or of another scheme is none.
func TestAnswersThatAreRefused(t *testing.T) {
	other := keyPair(t, strings.Repeat("01", 32)).PublicKey()
	for name, tt := range map[string]struct {
		change func(a *signature.Answer, h http.Header, key *ed25519.PublicKey)
		want   error
	}{
		"another request": {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Request[0]++ }, did.ErrSignatureMismatch},
		"another caller":  {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Caller = mustParse(t, "did:x:y") }, did.ErrSignatureMismatch},
		"another agent":   {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Agent = mustParse(t, "did:x:y") }, signature.ErrAnswer},
		"another agent, named": {func(a *signature.Answer, h http.Header, _ *ed25519.PublicKey) {
			a.Agent = mustParse(t, "did:x:y")
			h.Set("X-DID", "did:x:y")
		}, did.ErrSignatureMismatch},
		"another status":      {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Status = 201 }, did.ErrSignatureMismatch},
		"another type":        {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.ContentType = "text/html" }, did.ErrSignatureMismatch},
		"another body":        {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Body = []byte(`{"a":2}`) }, did.ErrSignatureMismatch},
		"no body":             {func(a *signature.Answer, _ http.Header, _ *ed25519.PublicKey) { a.Body = nil }, did.ErrSignatureMismatch},
		"another time":        {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Set("X-DID-Timestamp", "1700000001") }, did.ErrSignatureMismatch},
		"a time that is none": {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Set("X-DID-Timestamp", "+1") }, signature.ErrTimestamp},
		"another key":         {func(_ *signature.Answer, _ http.Header, key *ed25519.PublicKey) { *key = other }, did.ErrSignatureMismatch},
		"no key":              {func(_ *signature.Answer, _ http.Header, key *ed25519.PublicKey) { *key = nil }, did.ErrPublicKey},
		"no signature":        {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Del("X-DID-Signature") }, signature.ErrMissing},
		"no scheme":           {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Del("X-DID-Scheme") }, signature.ErrMissing},
		"nothing":             {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { clear(h) }, signature.ErrMissing},
		"another scheme":      {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Set("X-DID-Scheme", "event-1") }, signature.ErrScheme},
		"two signatures":      {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Add("X-DID-Signature", "x") }, signature.ErrAnswer},
		"two names":           {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Add("X-DID", "did:x:y") }, signature.ErrAnswer},
		"no base58":           {func(_ *signature.Answer, h http.Header, _ *ed25519.PublicKey) { h.Set("X-DID-Signature", "0") }, did.ErrSignatureMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			a, h := signedAnswer(t)
			key := keyPair(t, zeroSeed).PublicKey()
			if _, err := signature.VerifyAnswer(key, a, h); err != nil {
				t.Fatalf("before: %v", err)
			}
			tt.change(&a, h, &key)
			if _, err := signature.VerifyAnswer(key, a, h); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestAnswersThatCannotBeSigned(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*signature.Answer)
		want   error
	}{
		"no agent":          {func(a *signature.Answer) { a.Agent = did.DID{} }, signature.ErrRequest},
		"no caller":         {func(a *signature.Answer) { a.Caller = did.DID{} }, signature.ErrRequest},
		"no request":        {func(a *signature.Answer) { a.Request = [32]byte{} }, signature.ErrRequest},
		"no status":         {func(a *signature.Answer) { a.Status = 0 }, signature.ErrRequest},
		"no final status":   {func(a *signature.Answer) { a.Status = 103 }, signature.ErrRequest},
		"a type with lines": {func(a *signature.Answer) { a.ContentType = "a/b\r\nx: y" }, signature.ErrRequest},
		"before 1970":       {func(a *signature.Answer) { a.Timestamp = -1 }, signature.ErrTimestamp},
		"beyond 2^53":       {func(a *signature.Answer) { a.Timestamp = 1 << 53 }, signature.ErrTimestamp},
	} {
		t.Run(name, func(t *testing.T) {
			a, _ := signedAnswer(t)
			tt.change(&a)
			h := http.Header{}
			if err := signature.SignAnswer(keyPair(t, zeroSeed), a, h); !errors.Is(err, tt.want) || len(h) > 0 {
				t.Errorf("%v, %v; want %v", h, err, tt.want)
			}
		})
	}
}

func TestDemands(t *testing.T) {
	h := http.Header{}
	if demanded, err := signature.Demanded(h); demanded || err != nil {
		t.Errorf("of nothing: %v, %v", demanded, err)
	}
	signature.Demand(h)
	if demanded, err := signature.Demanded(h); !demanded || err != nil || h.Get("X-DID-Sign-Response") != "answer-1" {
		t.Errorf("%v: %v, %v", h, demanded, err)
	}
	for _, values := range [][]string{{""}, {"true"}, {"event-1"}, {"answer-1", "answer-1"}, {"answer-1 "}} {
		if demanded, err := signature.Demanded(http.Header{"X-Did-Sign-Response": values}); demanded || !errors.Is(err, signature.ErrScheme) {
			t.Errorf("%q: %v, %v", values, demanded, err)
		}
	}
}

// What binds an answer is the same at both ends: the signature of the request.
func TestBothEndsBindAnAnswerToTheSameRequest(t *testing.T) {
	for _, s := range signature.Schemes() {
		r := baseRequest(t)
		h, err := signature.SignHeader(keyPair(t, zeroSeed), s, r, nil)
		if err != nil {
			t.Fatal(err)
		}
		claim, err := signature.Read(h, signature.Recipient{DID: r.Audience, Method: r.Method, Target: r.Target, ContentType: r.ContentType})
		if err != nil {
			t.Fatal(err)
		}
		there, err1 := claim.Binding(r.Audience)
		here, err2 := signature.BindingOf(h, r.Audience)
		if err1 != nil || err2 != nil || here != there || here.Agent != r.Audience || here.Caller != r.DID {
			t.Errorf("%s: %+v, %v and %+v, %v", s, here, err2, there, err1)
		}
	}
	for name, h := range map[string]http.Header{"nothing": {}, "no signature": {"X-Did": {"did:x:y"}}} {
		if _, err := signature.BindingOf(h, mustParse(t, "did:x:y")); !errors.Is(err, signature.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// 161: no payload of an answer is signed as a text, nor as a request of any kind.
func TestHostile161NoPayloadOfAnAnswerIsAnythingElse(t *testing.T) {
	k := keyPair(t, zeroSeed)
	a, _ := signedAnswer(t)
	for _, contentType := range []string{"", `{"aud":"`, `{"body": "`} {
		a.ContentType = contentType
		payload, err := a.Payload()
		if err != nil {
			t.Fatal(err)
		}
		if sig, err := did.SignText(k, string(payload)); err == nil {
			t.Errorf("%q is signed as a text: %s", payload, sig)
		}
		if _, err := k.SignRequest(payload); err == nil {
			t.Errorf("%q is signed as a request", payload)
		}
		for _, other := range []string{"octets-1", "event-1", "answer-", "answer-10"} {
			if _, err := k.SignTagged(other, payload); err == nil {
				t.Errorf("%q is signed as %s", payload, other)
			}
		}
	}
}

// Fields cannot spill into one another: distinct answers have distinct payloads.
func FuzzAnswerPayload(f *testing.F) {
	f.Add(200, "a/b", []byte("{}"), 403, `","did":"x`, []byte(nil))
	f.Add(200, `a"b`, []byte{0xff}, 200, `a\"b`, []byte{0xff})
	f.Fuzz(func(t *testing.T, status1 int, type1 string, body1 []byte, status2 int, type2 string, body2 []byte) {
		a := signature.Answer{Binding: binding(t), Status: status1, ContentType: type1, Body: body1}
		first, err1 := a.Payload()
		a.Status, a.ContentType, a.Body = status2, type2, body2
		second, err2 := a.Payload()
		if err1 != nil || err2 != nil || !bytes.Equal(first, second) {
			return
		}
		if status1 != status2 || type1 != type2 || !slices.Equal(body1, body2) {
			t.Fatalf("two answers share the payload %q", first)
		}
	})
}
