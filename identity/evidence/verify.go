package evidence

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
)

// Proof is what one exchange of a record proves. Times are unix seconds, by the clock of
// who signed.
type Proof struct {
	// Scheme is that of the request, which the caller signed at Asked.
	Scheme signature.Scheme
	Asked  int64
	// Answered is when the agent signed the answer, or began to; Ended when it signed the
	// end of a stream.
	Answered, Ended int64
	// Events is how many events the stream had; 0 where the answer was none.
	Events int64
	// Incomplete says that the stream broke off: the events are proved, and that they came
	// one after the other from the first on, but neither that there were no more nor how
	// it went on. Ended is then when the last of them was signed.
	Incomplete bool
}

// Verify checks every signature of the record, and that each key belongs to its DID: to
// one that is derived from it, or that is pinned with it. It returns a proof for each
// exchange. Errors: [ErrKeyUnknown], did.ErrKeyChanged for a key that is not the pinned
// one, [ErrOtherCaller], and those of signature.Claim and signature.VerifyAnswer.
func (r Record) Verify(pins map[did.DID]ed25519.PublicKey) ([]Proof, error) {
	if err := r.Caller.check(pins); err != nil {
		return nil, fmt.Errorf("the caller %s: %w", r.Caller.DID, err)
	}
	if err := r.Agent.check(pins); err != nil {
		return nil, fmt.Errorf("the agent %s: %w", r.Agent.DID, err)
	}
	proofs := make([]Proof, 0, len(r.Exchanges))
	seen := make(map[[32]byte]bool)
	for i, e := range r.Exchanges {
		p, binding, err := r.request(e.Request)
		if err == nil && seen[binding.Request] {
			err = errTwice
		}
		if err != nil {
			return nil, fmt.Errorf("request %d: %w", i+1, err)
		}
		seen[binding.Request] = true
		if err := r.answer(&p, binding, e.Answer); err != nil {
			return nil, fmt.Errorf("answer %d: %w", i+1, err)
		}
		proofs = append(proofs, p)
	}
	return proofs, nil
}

// errUnsigned: what nobody signed could be anything, and has no place in a record.
var errUnsigned = fmt.Errorf("%w: it says more than was signed", ErrMalformed)

// errNotCut: a record says that a stream broke off which did not, or of which nothing came.
var errNotCut = fmt.Errorf("%w: a stream in it is said to have broken off, and has an end or no event", ErrMalformed)

// errTwice: an agent takes each request once.
var errTwice = fmt.Errorf("%w: the same request stands in it before", ErrMalformed)

// How many headers prove an answer; a stream of server-sent events, which prove
// themselves; and one of gRPC, of which the end is among the headers.
const (
	proofOfAnswer   = 4
	proofOfStream   = 2
	proofOfMessages = 4
)

func sameHeader(a, b http.Header) bool { return maps.EqualFunc(a, b, slices.Equal) }

func (p Party) check(pins map[did.DID]ed25519.PublicKey) error {
	pinned, ok := pins[p.DID]
	switch {
	case ok && !pinned.Equal(p.Key):
		return did.ErrKeyChanged
	case ok || p.DID.BoundTo(p.Key):
		return nil
	}
	return ErrKeyUnknown
}

func (r Record) request(q Request) (p Proof, b signature.Binding, err error) {
	claim, err := signature.Read(q.Header, signature.Recipient{DID: r.Agent.DID, Method: q.Method, Target: q.Target, ContentType: q.ContentType})
	if err != nil {
		return p, b, err
	}
	if claim.Signer != r.Caller.DID {
		return p, b, fmt.Errorf("%w: %s", ErrOtherCaller, claim.Signer)
	}
	if _, err := claim.Verify(r.Caller.Key, q.Body); err != nil {
		return p, b, err
	}
	p.Scheme = claim.Scheme
	if !sameHeader(claim.Header(), q.Header) || !p.Scheme.Binds() && q.Method+q.Target != "" || !p.Scheme.CoversContentType() && q.ContentType != "" {
		return p, b, errUnsigned
	}
	if p.Asked, err = claim.Timestamp(); err != nil {
		return p, b, err
	}
	b, err = claim.Binding(r.Agent.DID)
	return p, b, err
}

// answer verifies an answer and completes what the exchange proves.
func (r Record) answer(p *Proof, b signature.Binding, a Answer) (err error) {
	rpc := grpcframe.SaysGRPC(a.ContentType)
	switch {
	case a.Status == http.StatusOK && (strings.HasPrefix(a.ContentType, Stream) || rpc && signature.SaysEvents(a.Header)):
		return r.stream(p, b, a)
	case rpc == (a.GRPC == nil) || a.Incomplete:
		return errUnsigned
	}
	p.Answered, err = signature.VerifyAnswer(r.Agent.Key, signature.Answer{
		Binding: b, Status: a.Status, ContentType: a.ContentType, Body: a.Body, GRPC: a.GRPC,
	}, a.Header)
	p.Ended = p.Answered
	if err == nil && len(a.Header) != proofOfAnswer {
		err = errUnsigned
	}
	return err
}

// stream verifies each event of a stream, and its end unless it broke off.
func (r Record) stream(p *Proof, b signature.Binding, a Answer) error {
	if !a.shaped() {
		return errUnsigned
	}
	stream, err := r.reader(b, a)
	if err != nil {
		return err
	}
	rest := a.Body
	stream.Keep(func(block []byte) (err error) {
		var same bool
		if rest, same = bytes.CutPrefix(rest, block); !same {
			err = errUnsigned
		}
		return err
	})
	_, err = io.Copy(io.Discard, stream)
	switch {
	case !a.Incomplete && err != nil:
		return err
	case a.Incomplete && (err == nil || stream.Events() == 0 && errors.Is(err, signature.ErrCut)):
		return errNotCut
	case a.Incomplete && !errors.Is(err, signature.ErrCut):
		return err
	case len(rest) > 0:
		return errUnsigned
	}
	p.Events, p.Incomplete = stream.Events(), a.Incomplete
	p.Answered, p.Ended = stream.Times()
	return nil
}

// shaped reports a stream that has what belongs to it and nothing else.
func (a Answer) shaped() bool {
	switch {
	case a.ContentType == Stream:
		return len(a.Header) == proofOfStream && a.GRPC == nil
	case a.Incomplete:
		return a.ContentType == GRPC && len(a.Header) == proofOfStream && a.GRPC == nil
	}
	return a.ContentType == GRPC && len(a.Header) == proofOfMessages && a.GRPC != nil
}

func (r Record) reader(b signature.Binding, a Answer) (*signature.EventReader, error) {
	if a.ContentType == Stream {
		return signature.NewEventReader(bytes.NewReader(a.Body), MaxSize, b, r.Agent.Key, a.Header)
	}
	return signature.NewMessageReader(bytes.NewReader(a.Body), MaxSize, b, r.Agent.Key, a.Header, func() (http.Header, signature.GRPCStatus, error) {
		if a.GRPC == nil {
			return nil, signature.GRPCStatus{}, signature.ErrGRPCStatus
		}
		return a.Header, *a.GRPC, nil
	})
}
