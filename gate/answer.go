package gate

import (
	"errors"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/lease"
)

// demand refuses a demand for a signed answer that cannot be met: in a way that is not
// known, or where the request has no signature to which an answer could be bound.
func (c *Chain) demand(x *exchange) *Denial {
	demanded, err := signature.Demanded(x.r.Header)
	switch {
	case err != nil:
		return deny(AnswerScheme, nil)
	case demanded && (x.claim == nil || c.cfg.Key == nil):
		return deny(AnswerScheme, nil)
	}
	x.demanded = demanded
	return nil
}

// signAnswer has everything signed that is answered from here on, if the caller demands
// it. It stands behind the gate replay: no stranger and no copy makes the key sign.
func (c *Chain) signAnswer(x *exchange) *Denial {
	if !x.demanded {
		return nil
	}
	binding, err := x.claim.Binding(c.cfg.Self)
	if err != nil {
		return deny(SignatureBad, err)
	}
	w := &signedWriter{ResponseWriter: leasedWriter{x.response.ResponseWriter, &x.response}, c: c, x: x, binding: binding}
	x.response.ResponseWriter, x.response.signed = w, w
	return nil
}

// errAnswer is what a handler gets whose answer cannot be signed.
var errAnswer = errors.New("gate: the answer cannot be signed")

// signedWriter signs what is written. A stream it signs event by event, each of which has
// to come in one Write; anything else it keeps until it is whole.
type signedWriter struct {
	http.ResponseWriter
	c       *Chain
	x       *exchange
	binding signature.Binding

	status int    // 0 until it is known
	whole  bool   // what is written next is all
	body   []byte // what was written of an answer that is not whole
	sent   bool
	failed bool

	events   *signature.EventSigner // of a stream
	messages bool                   // whose events are messages of gRPC
	line     []byte
}

// WriteHeader keeps the status until the answer is signed, unless it begins a stream.
func (w *signedWriter) WriteHeader(status int) {
	switch {
	case status < http.StatusOK: // these announce an answer
		w.ResponseWriter.WriteHeader(status)
	case w.status == 0:
		w.status = status
		if status == http.StatusOK && (strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream") || w.beginsMessages()) {
			w.events = signature.NewEventSigner(w.c.cfg.Key, w.binding)
			w.events.Announce(w.Header())
			w.ResponseWriter.WriteHeader(status)
		}
	}
}

// Write takes an event of a stream, or a part of any other answer.
func (w *signedWriter) Write(p []byte) (n int, err error) {
	w.WriteHeader(http.StatusOK)
	switch {
	case w.failed || w.sent:
		err = errAnswer
	case w.events != nil && w.messages:
		n, err = w.message(p)
	case w.events != nil:
		n, err = w.event(p)
	case w.whole:
		n, err = w.send(p)
	default:
		n, err = w.keep(p)
	}
	w.failed = w.failed || err != nil
	return n, err
}

// keep holds a part of an answer, at the expense of the caller's share.
func (w *signedWriter) keep(p []byte) (int, error) {
	if free := cap(w.body) - len(w.body); free < len(p) {
		size := max(firstBuffer, 2*cap(w.body), len(w.body)+len(p))
		if !w.x.place.Hold(int64(size - cap(w.body))) {
			return 0, errBodyShare
		}
		w.body = append(make([]byte, 0, size), w.body...)
	}
	w.body = append(w.body, p...)
	return len(p), nil
}

// send signs the whole answer and writes it.
func (w *signedWriter) send(body []byte) (int, error) {
	h := w.Header()
	if h.Get("Content-Type") == "" && len(body) > 0 {
		h.Set("Content-Type", http.DetectContentType(body)) // as net/http would
	}
	answer := signature.Answer{
		Binding: w.binding, Status: w.status, ContentType: h.Get("Content-Type"), Body: body, Timestamp: w.c.cfg.Now().Unix(),
	}
	if w.x.r.Method == http.MethodHead {
		answer.Body = nil
	}
	if err := w.sign(answer, h); err != nil {
		return 0, errors.Join(errAnswer, err)
	}
	w.sent = true
	w.ResponseWriter.WriteHeader(w.status)
	if len(body) == 0 {
		return 0, nil
	}
	return w.ResponseWriter.Write(body)
}

// sign puts the signature into the headers, or of gRPC beside the status.
func (w *signedWriter) sign(a signature.Answer, h http.Header) error {
	if !grpcframe.SaysGRPC(a.ContentType) {
		return signature.SignAnswer(w.c.cfg.Key, a, h)
	}
	status, prefix, err := statusOf(h)
	if err != nil {
		return err
	}
	a.GRPC = &status
	proof := make(http.Header, 4)
	err = signature.SignAnswer(w.c.cfg.Key, a, proof)
	setAll(h, prefix, proof)
	return err
}

// FlushError sends what was written of a stream; anything else is sent when it is whole.
func (w *signedWriter) FlushError() error {
	w.WriteHeader(http.StatusOK)
	if w.events == nil {
		return nil
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the writer's abilities.
func (w *signedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// complete ends an answer that nothing more is written of. It reports false for one that
// could not be signed, or whose caller is not proved any more: then the connection is cut.
func (w *signedWriter) complete() bool {
	switch {
	case w.events != nil:
		w.end()
		return true // a stream without its end is known as one
	case w.sent:
		return true
	case w.failed || !w.stillProved():
		return false
	}
	w.WriteHeader(http.StatusOK)
	_, err := w.send(w.body)
	return err == nil || w.sent
}

// stillProved looks at the proofs again if that is too long ago for what was kept.
func (w *signedWriter) stillProved() bool {
	x := w.x
	return x.response.chain == nil || w.c.cfg.Now().Sub(x.proved) <= lease.MaxAge || w.c.renew(x) == nil
}
