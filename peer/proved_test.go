package peer_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// proving is an agent that signs what another one answers, as the critic, if that is
// demanded. change is somebody between who changes it.
type proving struct {
	next   http.Handler
	key    *did.KeyPair
	change func(n int, a *signedAnswer)
	n      int // requests so far
}

// signedAnswer is an answer on its way.
type signedAnswer struct {
	status int
	header http.Header
	body   string
}

func (p *proving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	made := httptest.NewRecorder()
	p.next.ServeHTTP(made, r)
	a := signedAnswer{made.Code, made.Header(), made.Body.String()}
	if demanded, err := signature.Demanded(r.Header); demanded && err == nil {
		a.sign(r, p.key)
	}
	if p.change != nil {
		p.change(p.n, &a)
	}
	p.n++
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// sign signs the answer to r.
func (a *signedAnswer) sign(r *http.Request, k *did.KeyPair) {
	d, _ := did.Parse(critic)
	b, err := signature.BindingOf(r.Header, d)
	if err != nil {
		return
	}
	if a.header.Get("Content-Type") != "text/event-stream" {
		a.header.Set("Content-Type", "application/json")
		_ = signature.SignAnswer(k, signature.Answer{Binding: b, Status: a.status, ContentType: "application/json", Body: []byte(a.body), Timestamp: time.Now().Unix()}, a.header)
		return
	}
	signer := signature.NewEventSigner(k, b)
	signer.Announce(a.header)
	var body []byte
	for frame := range strings.SplitSeq(strings.TrimSuffix(a.body, "\n\n"), "\n\n") {
		head, data, _ := strings.Cut(frame, "\ndata: ")
		body = append(body, frame+"\n"...)
		body, _ = signer.AppendEvent(body, strings.TrimPrefix(head, "id: "), []byte(data), time.Now().Unix())
		body = append(body, '\n')
	}
	body, _ = signer.AppendEnd(body, time.Now().Unix())
	a.body = string(body)
}

// provingPeer starts an agent that signs, and returns how it is called.
func provingPeer(t *testing.T, p *proving, change ...func(*peer.Config)) (*peer.Client, peer.Peer, *record) {
	t.Helper()
	ca := stepcatest.NewCA(t, nil)
	if p.key == nil {
		p.key = newKey(t)
	}
	url, rec := serve(t, ca, critic, p)
	return newClient(t, ca, newKey(t), change...), peer.Peer{
		DID: parse(t, critic), URL: url, Protocol: card.V1, Schemes: []signature.Scheme{signature.Octets1}, SignedAnswers: true, Key: p.key.PublicKey(),
	}, rec
}

// Whatever is not the answer that the peer signed to this very request is refused.
func TestAnswersThatThePeerDidNotGiveAreRefused(t *testing.T) {
	var first signedAnswer
	for name, tt := range map[string]struct {
		change func(n int, a *signedAnswer)
		want   error
	}{
		"as it was signed":        {nil, nil},
		"the signature is taken":  {func(_ int, a *signedAnswer) { a.header.Del("X-DID-Signature") }, peer.ErrUnsigned},
		"all headers are taken":   {func(_ int, a *signedAnswer) { unsign(a) }, peer.ErrUnsigned},
		"the body is changed":     {func(_ int, a *signedAnswer) { a.body = strings.Replace(a.body, "hello", "HELLO", 1) }, peer.ErrAnswerSignature},
		"the body is cut off":     {func(_ int, a *signedAnswer) { a.body = a.body[:len(a.body)-1] }, peer.ErrAnswerSignature},
		"a space is added":        {func(_ int, a *signedAnswer) { a.body += " " }, peer.ErrAnswerSignature},
		"the type is changed":     {func(_ int, a *signedAnswer) { a.header.Set("Content-Type", "text/plain") }, peer.ErrAnswerSignature},
		"the status is changed":   {func(_ int, a *signedAnswer) { a.status = 500 }, peer.ErrAnswerSignature},
		"the time is changed":     {func(_ int, a *signedAnswer) { a.header.Set("X-DID-Timestamp", "1") }, peer.ErrAnswerSignature},
		"another agent is named":  {func(_ int, a *signedAnswer) { a.header.Set("X-DID", clerk) }, peer.ErrAnswerSignature},
		"another scheme is named": {func(_ int, a *signedAnswer) { a.header.Set("X-DID-Scheme", "octets-1") }, peer.ErrAnswerSignature},
		"it comes a second time": {func(n int, a *signedAnswer) {
			if n == 0 {
				first = *a
				a.status = http.StatusConflict // it is sent again
				a.body, a.header = `{"error":{"code":1,"message":"x","data":{"reason":"replayed"}}}`, http.Header{}
				return
			}
			*a = first
		}, peer.ErrAnswerSignature},
	} {
		t.Run(name, func(t *testing.T) {
			client, p, rec := provingPeer(t, &proving{next: routes{rpc: (&v1Agent{}).ServeHTTP}, change: tt.change})
			reply, err := client.Send(t.Context(), p, "hi")
			if !errors.Is(err, tt.want) || (err == nil) != (reply.Text == "hello back") {
				t.Errorf("%q, %v; want %v", reply.Text, err, tt.want)
			}
			for _, s := range rec.calls() {
				if demanded, err := signature.Demanded(s.header); !demanded || err != nil {
					t.Errorf("a request demands no signature: %v", s.header)
				}
			}
		})
	}
}

func unsign(a *signedAnswer) {
	for _, name := range signature.HeaderNames() {
		a.header.Del(name)
	}
}

func TestAnswersByAnotherKeyAreRefused(t *testing.T) {
	client, p, _ := provingPeer(t, &proving{next: routes{rpc: (&v1Agent{}).ServeHTTP}})
	p.Key = newKey(t).PublicKey()
	if reply, err := client.Send(t.Context(), p, "hi"); !errors.Is(err, peer.ErrAnswerSignature) || !errors.Is(err, did.ErrSignatureMismatch) {
		t.Errorf("%q, %v", reply.Text, err)
	}
}

// A refusal that is not signed is one that nobody proves; one that is, is the peer's.
func TestRefusalsSayWhetherThePeerProvesThem(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(int, *signedAnswer)
		proved bool
		want   error
	}{
		"signed":      {nil, true, nil},
		"not signed":  {func(_ int, a *signedAnswer) { unsign(a) }, false, nil},
		"with 429":    {func(_ int, a *signedAnswer) { unsign(a); a.status = 429 }, false, nil},
		"not this":    {func(_ int, a *signedAnswer) { a.body += " " }, false, peer.ErrAnswerSignature},
		"a redirect":  {func(_ int, a *signedAnswer) { unsign(a); a.status = 302; a.header.Set("Location", "/") }, false, peer.ErrRedirect},
		"a success":   {func(_ int, a *signedAnswer) { unsign(a); a.status = 200 }, false, peer.ErrUnsigned},
		"a success 2": {func(_ int, a *signedAnswer) { unsign(a); a.status = 202 }, false, peer.ErrUnsigned},
	} {
		t.Run(name, func(t *testing.T) {
			client, p, _ := provingPeer(t, &proving{change: tt.change, next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"error":{"code":-31403,"message":"no","data":{"reason":"policy_denied"}}}`)
			})})
			_, err := client.Send(t.Context(), p, "hi")
			refused, ok := errors.AsType[*peer.Refusal](err)
			switch {
			case tt.want != nil && !errors.Is(err, tt.want), tt.want != nil && ok:
				t.Errorf("%v, want %v", err, tt.want)
			case tt.want == nil && (!ok || refused.Proved != tt.proved || refused.Reason != "policy_denied"):
				t.Errorf("%v, proved: %v", err, ok && refused.Proved)
			}
		})
	}
}

// Nothing of a stream is told that the peer did not sign for its place in it, and no end
// that it did not sign.
func TestStreamsThatThePeerDidNotSendAreRefused(t *testing.T) {
	event := func(a *signedAnswer, n int) string { return strings.SplitAfter(a.body, "\n\n")[n] }
	for name, tt := range map[string]struct {
		change func(n int, a *signedAnswer)
		told   string
		want   error
	}{
		"as it was signed":       {nil, "submitted, a one, +a two, completed", nil},
		"it is not signed":       {func(_ int, a *signedAnswer) { unsign(a) }, "", peer.ErrUnsigned},
		"an event is not signed": {func(_ int, a *signedAnswer) { a.body = event(a, 0) + "id: 9\ndata: {}\n\n" }, "submitted", peer.ErrUnsigned},
		"an event is left out":   {func(_ int, a *signedAnswer) { a.body = strings.Replace(a.body, event(a, 1), "", 1) }, "submitted", peer.ErrAnswerSignature},
		"two are swapped": {func(_ int, a *signedAnswer) {
			a.body = event(a, 0) + event(a, 2) + event(a, 1) + event(a, 3) + event(a, 4)
		}, "submitted", peer.ErrAnswerSignature},
		"one is changed":       {func(_ int, a *signedAnswer) { a.body = strings.Replace(a.body, "two", "TWO", 1) }, "submitted, a one", peer.ErrAnswerSignature},
		"the end is another":   {func(_ int, a *signedAnswer) { a.body = strings.Replace(a.body, "end: 4", "end: 3", 1) }, "submitted, a one, +a two", peer.ErrAnswerSignature},
		"something follows it": {func(_ int, a *signedAnswer) { a.body += event(a, 3) }, "submitted, a one, +a two", peer.ErrAnswerSignature},
		"it is cut off once": {func(n int, a *signedAnswer) {
			if n == 0 {
				a.body = event(a, 0) + event(a, 1)
			}
		}, "submitted, a one, submitted, +a two, completed", nil},
		"the end is cut off once": {func(n int, a *signedAnswer) {
			if n == 0 {
				a.body = strings.Replace(a.body, event(a, 4), "", 1)
			}
		}, "submitted, a one, +a two, completed", nil},
	} {
		t.Run(name, func(t *testing.T) {
			next := &script{connections: [][]string{{begun1, pieceA, pieceB, done1}, {begun1, pieceB, done1}}, task: whole1}
			if strings.HasPrefix(name, "the end is cut off") {
				next.connections[1] = []string{done1}
			}
			client, p, _ := provingPeer(t, &proving{next: next, change: tt.change})
			told, err := streams(client.Stream(t.Context(), p, "hi"))
			if !errors.Is(err, tt.want) || told != tt.told {
				t.Errorf("told %q, %v; want %q, %v", told, err, tt.told, tt.want)
			}
		})
	}
}

// A stream whose end never comes is never told as one that has ended.
func TestAStreamThatIsAlwaysCutOffDoesNotEnd(t *testing.T) {
	next := &script{}
	for range 100 {
		next.connections = append(next.connections, []string{begun1, pieceA, done1})
	}
	client, p, _ := provingPeer(t, &proving{next: next, change: func(_ int, a *signedAnswer) {
		a.body = a.body[:strings.LastIndex(a.body, "end: ")]
	}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	told, err := streams(client.Stream(ctx, p, "hi"))
	if strings.Contains(told, "completed") || !errors.Is(err, peer.ErrCut) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("told %q, %v", told, err)
	}
}

// Without a key nothing can be verified, and nothing is sent.
func TestADemandNeedsAKey(t *testing.T) {
	client, p, rec := provingPeer(t, &proving{next: routes{rpc: (&v1Agent{}).ServeHTTP}})
	p.Key = nil
	if _, err := client.Send(t.Context(), p, "hi"); !errors.Is(err, peer.ErrAnswerKey) || len(rec.requests()) > 0 {
		t.Errorf("%v, %d requests", err, len(rec.requests()))
	}
}

// A peer that is not asked to sign is called as before, whatever it signs.
func TestNobodyHasToSign(t *testing.T) {
	client, p, rec := provingPeer(t, &proving{next: routes{rpc: (&v1Agent{}).ServeHTTP}})
	p.SignedAnswers, p.Key = false, nil
	if reply, err := client.Send(t.Context(), p, "hi"); err != nil || reply.Text != "hello back" {
		t.Errorf("%q, %v", reply.Text, err)
	}
	if demanded, err := signature.Demanded(rec.calls()[0].header); demanded || err != nil {
		t.Errorf("it demands a signature: %v", err)
	}
}

// A verified card says whether the peer signs; any other card says nothing.
func TestOnlyAVerifiedCardOffersSignedAnswers(t *testing.T) {
	own := bound(t)
	p, err := own.discover(t)
	if err != nil || !p.SignedAnswers || !p.Key.Equal(own.key.PublicKey()) {
		t.Errorf("verified: %v, %v, %v", p.SignedAnswers, p.Key, err)
	}
	unknown := newSigning(t, parse(t, critic), newKey(t))
	for name, change := range map[string]func(*peer.Config){"nobody is asked": func(*peer.Config) {}, "nobody knows one": keys(nil, nil)} {
		t.Run(name, func(t *testing.T) {
			if p, err := unknown.discover(t, change); err != nil || p.SignedAnswers || p.Key != nil {
				t.Errorf("by a key that nobody knows: %v, %v, %v", p.SignedAnswers, p.Key, err)
			}
		})
	}
	if p, err := unknown.discover(t, keys(unknown.key.PublicKey(), nil)); err != nil || !p.SignedAnswers || !p.Key.Equal(unknown.key.PublicKey()) {
		t.Errorf("by a registered key: %v, %v, %v", p.SignedAnswers, p.Key, err)
	}
}

// What is recorded of calls proves them to others: whole answers, refusals and streams.
func TestWhatIsRecordedProvesItself(t *testing.T) {
	next := &script{connections: [][]string{{begun1, pieceA, done1}}, task: whole1}
	signing := &proving{next: next}
	var own *did.KeyPair
	client, p, _ := provingPeer(t, signing, func(c *peer.Config) { own = c.Key })
	r := evidence.Record{Caller: evidence.Party{DID: parse(t, poet), Key: own.PublicKey()}, Agent: evidence.Party{DID: p.DID, Key: p.Key}}
	ctx := peer.Recorded(t.Context(), func(e evidence.Exchange) { r.Exchanges = append(r.Exchanges, e) })
	if _, err := client.Result(ctx, p, "t"); err != nil {
		t.Fatal(err)
	}
	if told, err := streams(client.Stream(ctx, p, "hi")); err != nil {
		t.Fatalf("%q, %v", told, err)
	}
	signing.change = func(_ int, a *signedAnswer) { unsign(a); a.status = 503 }
	if err := client.ClearContext(ctx, p, "c"); err == nil {
		t.Error("no refusal")
	}
	pins := map[did.DID]ed25519.PublicKey{r.Caller.DID: r.Caller.Key, r.Agent.DID: r.Agent.Key}
	proofs, err := r.Verify(pins)
	if err != nil || len(proofs) != 2 || proofs[0].Events != 0 || proofs[1].Events != 3 {
		t.Errorf("%+v, %v", proofs, err)
	}
	for _, e := range r.Exchanges {
		if e.Request.Header.Get("Authorization") != "" || strings.Contains(strconv.Quote(string(e.Request.Body)), "the-token") {
			t.Errorf("a secret is recorded: %v", e.Request)
		}
	}
}

// The transport for other clients verifies all that they read, too.
func TestTheTransportVerifiesToo(t *testing.T) {
	next := &script{connections: [][]string{{begun1, pieceA, done1}, {begun1, pieceA, done1}}}
	signing := &proving{next: next}
	client, p, _ := provingPeer(t, signing)
	httpClient, err := client.HTTPClient(p)
	if err != nil {
		t.Fatal(err)
	}
	read := func() (string, error) {
		resp, err := httpClient.Post(p.URL, "application/json", strings.NewReader(`{"id":"1","method":"SendStreamingMessage"}`))
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return string(body), err
	}
	if body, err := read(); err != nil || strings.Count(body, "data: ") != 3 {
		t.Errorf("%q, %v", body, err)
	}
	signing.change = func(_ int, a *signedAnswer) { a.body = strings.Replace(a.body, "one", "ONE", 1) }
	if body, err := read(); !errors.Is(err, peer.ErrAnswerSignature) || strings.Count(body, "data: ") != 1 {
		t.Errorf("changed: %q, %v", body, err)
	}
}
