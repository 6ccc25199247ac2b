package peer_test

import (
	"crypto/ed25519"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
	"github.com/getbindu/bindu-go/peer"
)

// signedCall is an answer by gRPC on its way.
type signedCall struct {
	header   http.Header
	frames   []string
	trailers http.Header // of an answer without frames all is in the header
}

// head is where the status is said.
func (c *signedCall) end() http.Header {
	if c.trailers == nil {
		return c.header
	}
	return c.trailers
}

func (c *signedCall) unsign() {
	for _, name := range signature.HeaderNames() {
		c.header.Del(name)
		c.trailers.Del(name)
	}
}

func (c *signedCall) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), c.header)
	w.WriteHeader(http.StatusOK)
	for _, f := range c.frames {
		_, _ = io.WriteString(w, f)
	}
	for name, values := range c.trailers {
		w.Header()[http.TrailerPrefix+name] = values
	}
}

// answersByGRPC are what an agent that signs says to one call after the other. change is
// somebody between who changes it.
func provingCalls(t *testing.T, change func(n int, c *signedCall), answers ...said) (*peer.Client, peer.Peer, *record, *did.KeyPair) {
	t.Helper()
	key, n := newKey(t), 0
	var own *did.KeyPair
	client, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n >= len(answers) {
			t.Errorf("called again: %s", r.URL)
			return
		}
		made := httptest.NewRecorder()
		say(t, made, r, answers[n])
		c := signCall(t, r, made.Result(), key)
		if change != nil {
			change(n, c)
		}
		n++
		c.write(w)
	}), func(c *peer.Config) { own = c.Key })
	p.Binding, p.Schemes, p.SignedAnswers, p.Key = peer.GRPC, signature.Schemes(), true, key.PublicKey()
	return client, p, rec, own
}

// signCall signs what answers r.
func signCall(t *testing.T, r *http.Request, resp *http.Response, k *did.KeyPair) *signedCall {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	c := &signedCall{header: resp.Header, trailers: resp.Trailer}
	if demanded, err := signature.Demanded(r.Header); !demanded || err != nil {
		t.Errorf("no signature is demanded: %v", r.Header)
	}
	b, err := signature.BindingOf(r.Header, parse(t, critic))
	if err != nil {
		t.Error(err)
	}
	if len(body) == 0 {
		c.trailers = nil
	}
	status, err := signature.ReadGRPCStatus(c.end())
	if err != nil {
		t.Error(err)
	}
	method, _ := protoform.MethodOf(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	if !method.Stream || len(body) == 0 {
		if len(body) > 0 {
			c.frames = []string{string(body)}
		}
		err := signature.SignAnswer(k, signature.Answer{
			Binding: b, Status: 200, ContentType: "application/grpc", Body: body, GRPC: &status, Timestamp: time.Now().Unix(),
		}, c.end())
		if err != nil {
			t.Error(err)
		}
		return c
	}
	signer := signature.NewEventSigner(k, b)
	signer.Announce(c.header)
	for in := grpcframe.NewReader(strings.NewReader(string(body)), 1<<20); ; {
		m, err := in.Next()
		if err != nil {
			break
		}
		field, _ := signer.AppendField(nil, m, time.Now().Unix())
		head, _ := grpcframe.AppendHead(nil, len(m)+len(field))
		c.frames = append(c.frames, string(head)+string(m)+string(field))
	}
	if err := signer.SignEnd(c.trailers, status, time.Now().Unix()); err != nil {
		t.Error(err)
	}
	return c
}

// Whatever is not the answer that the peer signed to this very call is refused.
func TestAnswersThatThePeerDidNotGiveOverGRPCAreRefused(t *testing.T) {
	var first signedCall
	done := said{messages: []string{`{"task":` + doneG + `}`}}
	for name, tt := range map[string]struct {
		change func(n int, c *signedCall)
		want   error
	}{
		"as it was signed":         {nil, nil},
		"the signature is taken":   {func(_ int, c *signedCall) { c.trailers.Del("X-DID-Signature") }, peer.ErrUnsigned},
		"all of it is taken":       {func(_ int, c *signedCall) { c.unsign() }, peer.ErrUnsigned},
		"the message is changed":   {func(_ int, c *signedCall) { c.frames[0] = strings.Replace(c.frames[0], "all", "ALL", 1) }, peer.ErrAnswerSignature},
		"the message is taken":     {func(_ int, c *signedCall) { c.frames = nil }, peer.ErrAnswerSignature},
		"the status is changed":    {func(_ int, c *signedCall) { c.trailers.Set("Grpc-Status", "5") }, peer.ErrAnswerSignature},
		"a text comes along":       {func(_ int, c *signedCall) { c.trailers.Set("Grpc-Message", "x") }, peer.ErrAnswerSignature},
		"details come along":       {func(_ int, c *signedCall) { c.trailers.Set("Grpc-Status-Details-Bin", "AQI") }, peer.ErrAnswerSignature},
		"the status is taken":      {func(_ int, c *signedCall) { c.trailers.Del("Grpc-Status") }, peer.ErrAnswerSignature},
		"the trailers are taken":   {func(_ int, c *signedCall) { c.trailers = http.Header{} }, peer.ErrAnswerSignature},
		"the time is changed":      {func(_ int, c *signedCall) { c.trailers.Set("X-DID-Timestamp", "1") }, peer.ErrAnswerSignature},
		"another agent is named":   {func(_ int, c *signedCall) { c.trailers.Set("X-DID", clerk) }, peer.ErrAnswerSignature},
		"another scheme is named":  {func(_ int, c *signedCall) { c.trailers.Set("X-DID-Scheme", "octets-1") }, peer.ErrAnswerSignature},
		"it is called a stream":    {func(_ int, c *signedCall) { c.header.Set("X-DID", critic); c.header.Set("X-DID-Scheme", "event-1") }, peer.ErrUnsigned},
		"it is another content":    {func(_ int, c *signedCall) { c.header.Set("Content-Type", "application/grpc+proto") }, peer.ErrAnswerSignature},
		"it is a page":             {func(_ int, c *signedCall) { c.header.Set("Content-Type", "text/html"); c.trailers = nil }, peer.ErrUnsigned},
		"the answer to another":    {func(n int, c *signedCall) { replayed(n, c, &first) }, peer.ErrAnswerSignature},
		"called a failure":         {func(_ int, c *signedCall) { c.unsign(); c.trailers.Set("Grpc-Status", "14") }, peer.ErrUnsigned},
		"an error instead, signed": {func(_ int, c *signedCall) { c.trailers.Set("Grpc-Status", "7"); c.frames = nil }, peer.ErrAnswerSignature},
	} {
		bubble(t, name, func(t *testing.T) {
			client, p, _, _ := provingCalls(t, tt.change, done, done)
			reply, err := client.Send(t.Context(), p, "hi")
			if !errors.Is(err, tt.want) || (err == nil) != (reply.Text == "all") {
				t.Errorf("%q, %v; want %v", reply.Text, err, tt.want)
			}
		})
	}
}

// replayed answers the first call with 409, and the second with the answer to the first.
func replayed(n int, c, first *signedCall) {
	if n > 0 {
		*c = *first
		return
	}
	*first = *c
	h := http.Header{"Content-Type": {"application/grpc"}}
	state("ALREADY_EXISTS", "replayed").Set(h, "")
	*c = signedCall{header: h}
}

// A refusal that is not signed is one that nobody proves, by gRPC too.
func TestRefusalsOverGRPCSayWhetherThePeerProvesThem(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(int, *signedCall)
		proved bool
		want   error
	}{
		"signed":     {nil, true, nil},
		"not signed": {func(_ int, c *signedCall) { c.unsign() }, false, nil},
		"changed":    {func(_ int, c *signedCall) { c.header.Set("Grpc-Message", "y") }, false, peer.ErrAnswerSignature},
		"a success":  {func(_ int, c *signedCall) { c.unsign(); c.header.Set("Grpc-Status", "0") }, false, peer.ErrUnsigned},
	} {
		for _, streamed := range []bool{false, true} {
			bubble(t, name, func(t *testing.T) {
				client, p, _, _ := provingCalls(t, tt.change, said{status: state("PERMISSION_DENIED", "policy_denied")})
				var err error
				if streamed {
					_, err = streams(client.Stream(t.Context(), p, "hi"))
				} else {
					_, err = client.Send(t.Context(), p, "hi")
				}
				refused, ok := errors.AsType[*peer.Refusal](err)
				switch {
				case tt.want != nil && (ok || !errors.Is(err, tt.want)):
					t.Errorf("streamed %v: %v, want %v", streamed, err, tt.want)
				case tt.want == nil && (!ok || refused.Proved != tt.proved || refused.Reason != "policy_denied"):
					t.Errorf("streamed %v: %v, proved: %v", streamed, err, ok && refused.Proved)
				}
			})
		}
	}
}

// An error that only a caller gets to hear who has passed the gates is signed, so that
// nobody else may say it.
func TestErrorsOfBehindTheGatesAreSigned(t *testing.T) {
	of := func(domain, reason, gate string) *grpcframe.Status {
		return &grpcframe.Status{Code: 5, Details: []grpcframe.ErrorInfo{{Domain: domain, Reason: strings.ToUpper(reason), Metadata: map[string]string{"reason": reason, "gate": gate}}}}
	}
	for name, tt := range map[string]struct {
		status *grpcframe.Status
		late   bool
	}{
		"of the protocol":      {of("a2a-protocol.org", "task_not_found", ""), true},
		"of the permissions":   {of("getbindu.com", "scope_insufficient", "scope"), true},
		"of a task":            {of("getbindu.com", "quota_exceeded", "task"), true},
		"of the token":         {of("getbindu.com", "token_inactive", "token"), false},
		"of who stands before": {&grpcframe.Status{Code: 14}, false},
	} {
		for _, signed := range []bool{true, false} {
			bubble(t, name, func(t *testing.T) {
				client, p, _, _ := provingCalls(t, func(_ int, c *signedCall) {
					if !signed {
						c.unsign()
					}
				}, said{status: tt.status}, said{status: tt.status})
				_, sent := client.Cancel(t.Context(), p, "t")
				_, told := streams(client.Stream(t.Context(), p, "hi"))
				for _, err := range []error{sent, told} {
					if errors.Is(err, peer.ErrUnsigned) != (tt.late && !signed) {
						t.Errorf("signed %v: %v", signed, err)
					}
				}
			})
		}
	}
}

const (
	beginG = `{"task":` + workingG + `}`
	pieceG = `{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"one"}]}}}`
	endG   = `{"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}}`
)

// Nothing of a stream of gRPC is told that the peer did not sign for its place in it, and
// no end that it did not sign.
func TestStreamsThatThePeerDidNotSendOverGRPCAreRefused(t *testing.T) {
	once := func(change func(*signedCall)) func(int, *signedCall) {
		return func(n int, c *signedCall) {
			if n == 0 {
				change(c)
			}
		}
	}
	always := func(change func(*signedCall)) func(int, *signedCall) { return func(_ int, c *signedCall) { change(c) } }
	for name, tt := range map[string]struct {
		change func(n int, c *signedCall)
		told   string
		want   error
	}{
		"as it was signed":         {nil, "working, a one, completed", nil},
		"it is not announced":      {always(func(c *signedCall) { c.unsign() }), "", peer.ErrUnsigned},
		"a message is not signed":  {always(func(c *signedCall) { c.frames[1] = "\x00\x00\x00\x00\x00" }), "working", peer.ErrUnsigned},
		"a message is left out":    {always(func(c *signedCall) { c.frames = append(c.frames[:1:1], c.frames[2]) }), "working", peer.ErrAnswerSignature},
		"two are swapped":          {always(func(c *signedCall) { c.frames[1], c.frames[2] = c.frames[2], c.frames[1] }), "working", peer.ErrAnswerSignature},
		"one comes twice":          {always(func(c *signedCall) { c.frames[1] = c.frames[0] }), "working", peer.ErrAnswerSignature},
		"one is changed":           {always(func(c *signedCall) { c.frames[1] = strings.Replace(c.frames[1], "one", "ONE", 1) }), "working", peer.ErrAnswerSignature},
		"the status is changed":    {always(func(c *signedCall) { c.trailers.Set("Grpc-Status", "16") }), "working, a one", peer.ErrAnswerSignature},
		"the end is not signed":    {once(func(c *signedCall) { c.trailers.Del("X-DID-Signature") }), "working, a one, working, a one, completed", nil},
		"the trailers are missing": {once(func(c *signedCall) { c.trailers = http.Header{} }), "working, a one, working, a one, completed", nil},
		"it is cut off":            {once(func(c *signedCall) { c.frames, c.trailers = c.frames[:1], http.Header{} }), "working, working, a one, completed", nil},
		"called a failure":         {always(func(c *signedCall) { c.unsign(); c.trailers.Set("Grpc-Status", "14") }), "", peer.ErrUnsigned},
		"called one in JSON":       {always(func(c *signedCall) { c.unsign(); c.frames = []string{beginG}; c.trailers.Set("Grpc-Status", "7") }), "", peer.ErrUnsigned},
		"the end is signed twice":  {always(func(c *signedCall) { c.trailers.Add("X-DID-Signature", "x") }), "working, a one", peer.ErrAnswerSignature},
		"it ends too soon":         {always(func(c *signedCall) { c.frames = c.frames[:2] }), "working, a one", peer.ErrAnswerSignature},
	} {
		bubble(t, name, func(t *testing.T) {
			all := said{messages: []string{beginG, pieceG, endG}}
			client, p, _, _ := provingCalls(t, tt.change, all, all)
			told, err := streams(client.Stream(t.Context(), p, "hi"))
			if !errors.Is(err, tt.want) || told != tt.told {
				t.Errorf("told %q, %v; want %q, %v", told, err, tt.told, tt.want)
			}
		})
	}
}

// What is recorded of calls by gRPC proves them to others: messages, refusals and streams,
// and of a stream that broke off what came of it.
func TestWhatIsRecordedOverGRPCProvesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, p, _, own := provingCalls(t, func(n int, c *signedCall) {
			if n == 3 {
				c.frames, c.trailers = c.frames[:1], http.Header{}
			}
		}, said{messages: []string{doneG}}, said{status: state("PERMISSION_DENIED", "policy_denied")}, said{messages: []string{beginG, pieceG, endG}},
			said{messages: []string{beginG, pieceG, endG}}, said{messages: []string{pieceG, endG}})
		r := evidence.Record{Caller: evidence.Party{DID: parse(t, poet), Key: own.PublicKey()}, Agent: evidence.Party{DID: p.DID, Key: p.Key}}
		ctx := peer.Recorded(t.Context(), func(e evidence.Exchange) { r.Exchanges = append(r.Exchanges, e) })
		if _, err := client.Result(ctx, p, "t"); err != nil {
			t.Error(err)
		}
		if _, err := client.Result(ctx, p, "t"); err == nil {
			t.Error("no refusal")
		}
		for range 2 {
			if told, err := streams(client.Stream(ctx, p, "hi")); err != nil {
				t.Errorf("%q, %v", told, err)
			}
		}
		raw, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		read, err := evidence.Parse(raw)
		if err != nil {
			t.Fatalf("%v in %s", err, raw)
		}
		proofs, err := read.Verify(map[did.DID]ed25519.PublicKey{r.Caller.DID: r.Caller.Key, r.Agent.DID: r.Agent.Key})
		if err != nil || len(proofs) != 5 || proofs[2].Events != 3 || proofs[2].Incomplete || proofs[3].Events != 1 || !proofs[3].Incomplete || proofs[4].Events != 2 {
			t.Errorf("%+v, %v in %s", proofs, err, raw)
		}
	})
}
