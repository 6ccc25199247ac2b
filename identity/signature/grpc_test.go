package signature_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
)

// call is an answer by gRPC on its way: a stream of frames, and its trailers.
type call struct {
	frames   []string
	trailers http.Header
	status   signature.GRPCStatus
	noStatus bool
}

// framed puts a message into a frame.
func framed(message string) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))) + message
}

// fieldOf is a message of protobuf with one text, so that something stands before the signature.
func fieldOf(text string) string { return string(grpcframe.AppendField(nil, 1, []byte(text))) }

// messages are a stream of gRPC with these texts, and its end.
func messages(t testing.TB, b signature.Binding, texts ...string) *call {
	t.Helper()
	c := &call{trailers: http.Header{}, status: signature.GRPCStatus{Code: 7, Message: "no é", Details: []byte{1, 2}}}
	signer := signature.NewEventSigner(keyPair(t, zeroSeed), b)
	for _, text := range texts {
		m := fieldOf(text)
		signed, err := signer.AppendField([]byte(m), []byte(m), 1_700_000_000)
		if err != nil {
			t.Fatal(err)
		}
		c.frames = append(c.frames, framed(string(signed)))
	}
	if err := signer.SignEnd(c.trailers, c.status, 1_700_000_002); err != nil {
		t.Fatal(err)
	}
	return c
}

// read reads a stream as the caller of binding, and returns the texts that were let through.
func (c *call) read(t testing.TB, keep ...func([]byte) error) (texts string, err error) {
	t.Helper()
	r, err := signature.NewMessageReader(strings.NewReader(strings.Join(c.frames, "")), 1000, binding(t), keyPair(t, zeroSeed).PublicKey(), eventHeader(t),
		func() (http.Header, signature.GRPCStatus, error) {
			if c.noStatus {
				return c.trailers, signature.GRPCStatus{}, signature.ErrGRPCStatus
			}
			return c.trailers, c.status, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range keep {
		r.Keep(f)
	}
	frames := grpcframe.NewReader(r, 1000)
	for {
		m, err := frames.Next()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return texts, err
		}
		text, value, ok := grpcframe.CutField(m, 1)
		if len(text) > 0 || !ok {
			t.Fatalf("let through: %q", m)
		}
		texts += string(value)
	}
}

func TestMessagesThatWereSignedAreRead(t *testing.T) {
	c := messages(t, binding(t), "a", "b", "c")
	kept := ""
	if got, err := c.read(t, func(block []byte) error { kept += string(block); return nil }); got != "abc" || err != nil || kept != strings.Join(c.frames, "") {
		t.Errorf("%q, %v; kept %q", got, err, kept)
	}
	if got, err := messages(t, binding(t)).read(t); got != "" || err != nil {
		t.Errorf("none: %q, %v", got, err)
	}
	stop := errors.New("no room")
	if got, err := c.read(t, func([]byte) error { return stop }); got != "" || !errors.Is(err, stop) {
		t.Errorf("none is kept: %q, %v", got, err)
	}
}

// Nothing of a stream of gRPC is let through that is not the message that was signed for
// its place, and no end of it but the one that was signed, with its status.
func TestMessagesThatAreRefused(t *testing.T) {
	plain := framed(fieldOf("x"))
	for name, tt := range map[string]struct {
		change func(c *call)
		before string
		want   error
	}{
		"the trailers are missing":          {func(c *call) { c.trailers, c.noStatus = nil, true }, "ab", signature.ErrCut},
		"the status is missing":             {func(c *call) { c.noStatus = true }, "ab", signature.ErrCut},
		"the signature of the end":          {func(c *call) { c.trailers.Del("X-DID-Signature") }, "ab", signature.ErrCut},
		"its time":                          {func(c *call) { c.trailers.Del("X-DID-Timestamp") }, "ab", signature.ErrTimestamp},
		"another time":                      {func(c *call) { c.trailers.Set("X-DID-Timestamp", "1") }, "ab", did.ErrSignatureMismatch},
		"two ends":                          {func(c *call) { c.trailers.Add("X-DID-Signature", "x") }, "ab", signature.ErrAnswer},
		"another code":                      {func(c *call) { c.status.Code = 0 }, "ab", did.ErrSignatureMismatch},
		"another text":                      {func(c *call) { c.status.Message = "no e" }, "ab", did.ErrSignatureMismatch},
		"other details":                     {func(c *call) { c.status.Details = nil }, "ab", did.ErrSignatureMismatch},
		"the last is missing":               {func(c *call) { c.frames = c.frames[:1] }, "a", did.ErrSignatureMismatch},
		"the first is missing":              {func(c *call) { c.frames = c.frames[1:] }, "", did.ErrSignatureMismatch},
		"all are missing":                   {func(c *call) { c.frames = nil }, "", did.ErrSignatureMismatch},
		"two are swapped":                   {func(c *call) { c.frames[0], c.frames[1] = c.frames[1], c.frames[0] }, "", did.ErrSignatureMismatch},
		"one comes twice":                   {func(c *call) { c.frames = append(c.frames[:1:1], c.frames...) }, "a", did.ErrSignatureMismatch},
		"one more":                          {func(c *call) { c.frames = append(c.frames, plain) }, "ab", signature.ErrMissing},
		"an empty one more":                 {func(c *call) { c.frames = append(c.frames, framed("")) }, "ab", signature.ErrMissing},
		"another message":                   {func(c *call) { c.frames[1] = strings.Replace(c.frames[1], "b", "B", 1) }, "a", did.ErrSignatureMismatch},
		"cut off within a message":          {func(c *call) { c.frames[1] = c.frames[1][:20] }, "a", signature.ErrCut},
		"cut off within what stands before": {func(c *call) { c.frames[1] = c.frames[1][:3] }, "a", signature.ErrCut},
		"a compressed one":                  {func(c *call) { c.frames[1] = "\x01" + c.frames[1][1:] }, "a", signature.ErrAnswer},
		"a field behind the signature":      {func(c *call) { c.frames[1] = framed(c.frames[1][5:] + fieldOf("x")) }, "a", signature.ErrMissing},
		"the signature twice":               {func(c *call) { m := c.frames[1][5:]; c.frames[1] = framed(m + m[3:]) }, "a", signature.ErrMissing},
		"no protobuf":                       {func(c *call) { c.frames[1] = framed("\xff") }, "a", signature.ErrMissing},
		"too large":                         {func(c *call) { c.frames[1] = framed(strings.Repeat("x", 1001)) }, "a", signature.ErrEventTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			c := messages(t, binding(t), "a", "b")
			tt.change(c)
			if got, err := c.read(t); got != tt.before || !errors.Is(err, tt.want) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.before, tt.want)
			}
		})
	}
}

// The same signature twice is none: who reads the first, and who reads the last, would not
// have to agree on others.
func TestAnEndHasOneSignature(t *testing.T) {
	for _, name := range []string{"X-DID-Signature", "X-DID-Timestamp"} {
		c := messages(t, binding(t), "a")
		c.trailers.Add(name, c.trailers.Get(name))
		if got, err := c.read(t); got != "a" || !errors.Is(err, signature.ErrAnswer) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// A stream of gRPC is that of its request and its parties, and no stream of events.
func TestMessagesToOthersAreRefused(t *testing.T) {
	for name, change := range map[string]func(*signature.Binding){
		"another request": func(b *signature.Binding) { b.Request[31]++ },
		"another caller":  func(b *signature.Binding) { b.Caller = mustParse(t, "did:x:y") },
		"another agent":   func(b *signature.Binding) { b.Agent = mustParse(t, "did:x:y") },
	} {
		b := binding(t)
		change(&b)
		if got, err := messages(t, b, "a").read(t); got != "" || !errors.Is(err, did.ErrSignatureMismatch) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// The end of a stream of events says nothing of a status, and is none of a call.
	c, lines := messages(t, binding(t)), strings.Fields(blocks(t, binding(t))[0])
	c.trailers.Set("X-DID-Timestamp", lines[3])
	c.trailers.Set("X-DID-Signature", lines[4])
	if _, err := c.read(t); !errors.Is(err, did.ErrSignatureMismatch) {
		t.Errorf("the end of events: %v", err)
	}
	h := eventHeader(t)
	h.Del("X-DID-Scheme")
	if _, err := signature.NewMessageReader(strings.NewReader(""), 1, binding(t), nil, h, nil); !errors.Is(err, signature.ErrMissing) || signature.SaysEvents(h) || !signature.SaysEvents(eventHeader(t)) {
		t.Errorf("not announced: %v", err)
	}
}

// The status of a call is signed with its answer, and an answer by gRPC is no other.
func TestTheStatusOfACallIsSigned(t *testing.T) {
	k := keyPair(t, zeroSeed)
	good := signature.Answer{
		Binding: binding(t), Status: 200, ContentType: "application/grpc", Body: []byte(framed("x")), Timestamp: 1_700_000_000,
		GRPC: &signature.GRPCStatus{Code: 5, Message: "m", Details: []byte("d")},
	}
	for name, tt := range map[string]struct {
		change func(a *signature.Answer)
		want   error
	}{
		"as it was signed": {func(*signature.Answer) {}, nil},
		"another code":     {func(a *signature.Answer) { a.GRPC.Code = 0 }, did.ErrSignatureMismatch},
		"another text":     {func(a *signature.Answer) { a.GRPC.Message = "" }, did.ErrSignatureMismatch},
		"other details":    {func(a *signature.Answer) { a.GRPC.Details = nil }, did.ErrSignatureMismatch},
		"no status":        {func(a *signature.Answer) { a.GRPC = nil }, did.ErrSignatureMismatch},
		"no message":       {func(a *signature.Answer) { a.Body = nil }, did.ErrSignatureMismatch},
		"an empty one":     {func(a *signature.Answer) { a.Body = []byte(framed("")) }, did.ErrSignatureMismatch},
	} {
		h, a, status := http.Header{}, good, *good.GRPC
		if err := signature.SignAnswer(k, good, h); err != nil {
			t.Fatal(err)
		}
		a.GRPC = &status
		tt.change(&a)
		if _, err := signature.VerifyAnswer(k.PublicKey(), a, h); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestWhereTheEndOfACallIsSaid(t *testing.T) {
	said := http.Header{"Grpc-Status": {"5"}, "Grpc-Message": {"%C3%A9"}, "Grpc-Status-Details-Bin": {"AQI"}}
	for name, tt := range map[string]struct {
		resp http.Response
		want int
		err  error
	}{
		"in the trailers":  {http.Response{Header: http.Header{"Grpc-Status": {"0"}}, Trailer: said}, 5, nil},
		"in the headers":   {http.Response{Header: said}, 5, nil},
		"nowhere":          {http.Response{Header: http.Header{}}, 0, signature.ErrGRPCStatus},
		"twice":            {http.Response{Trailer: http.Header{"Grpc-Status": {"0", "0"}}}, 0, signature.ErrGRPCStatus},
		"with two texts":   {http.Response{Trailer: http.Header{"Grpc-Status": {"1"}, "Grpc-Message": {"a", "b"}}}, 0, signature.ErrGRPCStatus},
		"with two details": {http.Response{Trailer: http.Header{"Grpc-Status": {"1"}, "Grpc-Status-Details-Bin": {"", ""}}}, 0, signature.ErrGRPCStatus},
		"with other bytes": {http.Response{Trailer: http.Header{"Grpc-Status": {"1"}, "Grpc-Status-Details-Bin": {"?"}}}, 0, signature.ErrGRPCStatus},
	} {
		_, s, err := signature.GRPCEnd(&tt.resp)
		if !errors.Is(err, tt.err) || s.Code != tt.want || tt.want == 5 && (s.Message != "é" || string(s.Details) != "\x01\x02") {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// statusFixture is how the call of a fixture ended.
type statusFixture struct {
	Code    int
	Message string
	Details []byte `json:"details_base64"`
}

func (f *statusFixture) status() *signature.GRPCStatus {
	if f == nil {
		return nil
	}
	return &signature.GRPCStatus{Code: f.Code, Message: f.Message, Details: f.Details}
}

// member is what a payload has of it.
func (f *statusFixture) member() map[string]any {
	return map[string]any{"code": f.Code, "message": fmt.Sprintf("%x", sha256.Sum256([]byte(f.Message))), "details": fmt.Sprintf("%x", sha256.Sum256(f.Details))}
}

func TestCallFixtures(t *testing.T) {
	vectors := readFixture[struct {
		Calls []struct {
			Name string
			boundFixture
			Timestamp int64
			Stream    []byte `json:"stream_base64"`
			GRPC      statusFixture
			End       string   `json:"end_base58"`
			Objects   []string `json:"payload_objects"`
		}
	}](t, "event-signatures.json").Calls
	if len(vectors) < 2 {
		t.Fatal("the fixtures are incomplete")
	}
	for _, f := range vectors {
		pub := keyPair(t, f.SeedHex).PublicKey()
		h := http.Header{"X-Did": {f.DID}, "X-Did-Scheme": {"event-1"}}
		trailers := http.Header{"X-Did-Timestamp": {fmt.Sprint(f.Timestamp)}, "X-Did-Signature": {f.End}}
		r, err := signature.NewMessageReader(bytes.NewReader(f.Stream), 1000, f.binding(t), pub, h, func() (http.Header, signature.GRPCStatus, error) {
			return trailers, *f.GRPC.status(), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil || r.Events() != int64(len(f.Objects)-1) {
			t.Errorf("%s: %d messages, %v", f.Name, r.Events(), err)
		}
		var texts []string
		for in := grpcframe.NewReader(bytes.NewReader(f.Stream), 1000); ; {
			m, err := in.Next()
			if err != nil {
				break
			}
			texts = append(texts, string(m[bytes.LastIndexByte(m, ' ')+1:]))
		}
		for i, text := range append(texts, f.End) {
			canonical := jsontext.Value(f.Objects[i])
			sig, err := did.DecodeSignature(text)
			if canonical.Canonicalize() != nil || string(canonical) != f.Objects[i] || err != nil || !ed25519.Verify(pub, []byte("\xffevent-1"+f.Objects[i]), sig) {
				t.Errorf("%s: signature %d is not over %s: %v", f.Name, i+1, f.Objects[i], err)
			}
		}
	}
}

// FuzzMessageReader: nothing is let through but the beginning of what was signed.
func FuzzMessageReader(f *testing.F) {
	c := messages(f, binding(f), "a", "b", "c")
	f.Add(strings.Join(c.frames, ""))
	f.Add(c.frames[0] + c.frames[2])
	f.Add(framed("\x0a\x01x") + framed("\xfa\xff\xff\xff\x0f\x011"))
	f.Fuzz(func(t *testing.T, stream string) {
		changed := *c
		changed.frames = []string{stream}
		got, err := changed.read(t)
		if !strings.HasPrefix("abc", got) || err == nil && got != "abc" {
			t.Fatalf("%q, %v of %q", got, err, stream)
		}
	})
}
