package evidence

import (
	"crypto/ed25519"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
)

const (
	// MaxSize is the largest record that is read or made, in bytes.
	MaxSize = 256 << 20
	// MaxExchanges is how many requests a record holds at most.
	MaxExchanges = 64
)

// Errors of a record, beside those of packages did and signature.
var (
	// ErrMalformed reports what is no record.
	ErrMalformed = errors.New("not a record of evidence")
	// ErrTooLarge reports a record of more than [MaxSize] or [MaxExchanges].
	ErrTooLarge = errors.New("the record is too large")
	// ErrKeyUnknown reports a key that nobody vouches for: the DID is not derived from it,
	// and no pinned key is given.
	ErrKeyUnknown = errors.New("nobody vouches for the key")
	// ErrOtherCaller reports a request that somebody else signed than the record says.
	ErrOtherCaller = errors.New("the request names another caller")
)

// Party is one of the two agents of a record.
type Party struct {
	DID did.DID
	Key ed25519.PublicKey
}

// Record is what a caller and an agent said to each other, in its order.
type Record struct {
	Caller, Agent Party
	Exchanges     []Exchange
}

// Exchange is a request and its answer.
type Exchange struct {
	Request Request
	Answer  Answer
}

// Request is a request as it was sent, as far as its signature covers it.
type Request struct {
	// Method and Target are "" where the scheme does not bind them, and ContentType where
	// it does not cover it.
	Method, Target, ContentType string
	// Header are the headers of its signature ([signature.ProofOf]).
	Header http.Header
	Body   []byte
}

// Answer is an answer as it came. The body of a stream are its blocks with their
// signatures and the end ([signature.EventReader.Keep]), without comments; of gRPC its
// frames, with the signatures in their messages.
type Answer struct {
	Status      int
	ContentType string
	// Header are the headers of its signature, those in the trailers too.
	Header http.Header
	Body   []byte
	// GRPC is how a call of gRPC ended; nil for any other, and for one that broke off.
	GRPC *signature.GRPCStatus
	// Incomplete says that the stream broke off: its body is what came and was verified,
	// and nobody signed that this was all.
	Incomplete bool
}

// NewRequest returns what belongs into a record of a request with a body.
func NewRequest(r *http.Request, s signature.Scheme, body []byte) Request {
	q := Request{Header: signature.ProofOf(r.Header), Body: body}
	if s.Binds() {
		q.Method, q.Target = r.Method, r.URL.RequestURI()
	}
	if s.CoversContentType() {
		q.ContentType = r.Header.Get("Content-Type")
	}
	return q
}

// Stream is the content type of an answer that is a stream.
const Stream = "text/event-stream"

// GRPC is the content type of an answer that is a stream of gRPC.
const GRPC = grpcframe.ContentType

// NewAnswer returns what belongs into a record of an answer that has been read, whose body
// is as [Answer] says. No signature covers the parameters of the type of a stream.
//
// Of the headers only those are taken that were verified: who stands between could add
// others, and nobody would believe the record.
func NewAnswer(resp *http.Response, body []byte) Answer {
	a := begun(resp, body)
	proof := signature.AnswerProof
	if IsStream(resp) {
		proof = signature.EndProof
	}
	switch {
	case grpcframe.SaysGRPC(a.ContentType):
		said, status, err := signature.GRPCEnd(resp)
		if err == nil {
			a.GRPC = &status
		}
		maps.Copy(a.Header, proof(said))
	case !IsStream(resp):
		a.Header = proof(resp.Header)
	}
	return a
}

// NewIncomplete is [NewAnswer] for a stream of which the end did not come.
func NewIncomplete(resp *http.Response, body []byte) Answer {
	a := begun(resp, body)
	a.Incomplete = true
	return a
}

// begun is an answer as its headers have it, those of its signature only where they
// announce a stream.
func begun(resp *http.Response, body []byte) Answer {
	a := Answer{Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Header: make(http.Header), Body: body}
	if !IsStream(resp) {
		return a
	}
	a.Header = signature.Announcement(resp.Header)
	a.ContentType = Stream
	if grpcframe.SaysGRPC(resp.Header.Get("Content-Type")) {
		a.ContentType = GRPC
	}
	return a
}

// IsStream reports an answer whose events prove themselves, one by one, and that is not
// proved as a whole.
func IsStream(resp *http.Response) bool {
	kind := resp.Header.Get("Content-Type")
	return resp.StatusCode == http.StatusOK && (strings.HasPrefix(kind, Stream) || grpcframe.SaysGRPC(kind) && signature.SaysEvents(resp.Header))
}

// names are those of the headers of signatures, as net/http keys them.
var names = func() map[string]bool {
	keys := make(map[string]bool)
	for _, name := range signature.HeaderNames() {
		keys[http.CanonicalHeaderKey(name)] = true
	}
	return keys
}()
