package peer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// grpc is the binding of A2A 1.0 section 10. Messages are read as what they are in JSON,
// by which everything that is read of an answer is the same.
type grpc struct{}

func (grpc) request(ctx context.Context, p Peer, call invocation) (*http.Request, error) {
	m, ok := protoform.MethodOf(call.method)
	if !ok {
		return nil, fmt.Errorf("%w: %s has no %s", ErrBinding, GRPC, call.method)
	}
	params, err := encodeParams(call.params)
	if err != nil {
		return nil, err
	}
	body, err := m.Request.Append(grpcframe.Begin(nil), params)
	if err == nil {
		err = grpcframe.End(body)
	}
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", call.method, err)
	}
	req, err := newRequest(ctx, http.MethodPost, strings.TrimSuffix(p.URL, "/")+protoform.Path(call.method), body, call)
	if err != nil {
		return nil, err
	}
	req.Header.Del("Accept")
	req.Header.Set("Content-Type", grpcframe.ContentType)
	req.Header.Set("Te", "trailers")
	req.Header.Set(wire.SvcParamVersion, string(card.V1))
	return req, nil
}

func (grpc) result(a answer, call invocation, now time.Time) (jsontext.Value, error) {
	if err := statusError(a, now); err != nil {
		return nil, err
	}
	message, err := grpcframe.Message(a.body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReply, err)
	}
	return parseMessage(message, call.method)
}

// parseMessage returns what a message that answers a method is in JSON.
func parseMessage(message []byte, method string) (jsontext.Value, error) {
	m, _ := protoform.MethodOf(method) // which was called
	result, err := m.Response.JSON(message, protoform.Bounds{Bytes: maxReply, Depth: maxDepth})
	switch {
	case errors.Is(err, protoform.ErrTooLarge):
		return nil, fmt.Errorf("%w: more than %d bytes in JSON", ErrTooLarge, maxReply)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrReply, err)
	case jsonrpc.HasDuplicateNames(result):
		return nil, fmt.Errorf("%w: an object has two members of one name", ErrReply)
	}
	return result, nil
}

// statusError is the error that an answer is, nil for a success. The status is in the
// trailers, or in the headers where nothing else came.
func statusError(a answer, now time.Time) error {
	if a.status != http.StatusOK || !isGRPC(a.header) {
		if a.status == http.StatusOK {
			return fmt.Errorf("%w: it is not gRPC", ErrReply)
		}
		return parseRefusal(a, now)
	}
	if a.header.Get(statusHeader) != "" && len(a.body) > 0 {
		return fmt.Errorf("%w: it has its status before its message", ErrReply)
	}
	said := a.trailer
	if said.Get(statusHeader) == "" {
		said = a.header
	}
	s, err := grpcframe.ReadStatus(said)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReply, err)
	}
	if s.Code == grpcframe.OK {
		return nil
	}
	return parseStatus(s, a, now)
}

const statusHeader = "Grpc-Status"

func isGRPC(h http.Header) bool { return grpcframe.SaysGRPC(h.Get("Content-Type")) }

// grpcStatuses are those of HTTP that stand for what a code says.
var grpcStatuses = [...]int{
	200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
}

// parseStatus makes a refusal of a status.
func parseStatus(s grpcframe.Status, a answer, now time.Time) *Refusal {
	r := &Refusal{Status: http.StatusInternalServerError, Message: printable(s.Message, maxSentence), Proved: a.proved, invalidToken: saysInvalidToken(a.header)}
	if int(s.Code) < len(grpcStatuses) {
		r.Status = grpcStatuses[s.Code]
	}
	for _, d := range s.Details[:min(len(s.Details), maxDetails)] {
		if word := cmp.Or(d.Metadata["reason"], d.Reason); word != "" {
			r.say(why{reason: word, gate: d.Metadata["gate"], requestID: d.Metadata["requestId"], hint: d.Metadata["hint"]})
			r.Code, r.ofProtocol = numberOf(d.Domain, d.Reason), d.Domain == wire.ProtocolDomain
			break
		}
	}
	r.RetryAfter = parseRetryAfter(a.header.Get("Retry-After"), now)
	r.RequestID = cmp.Or(r.RequestID, printable(a.header.Get("X-Request-Id"), maxWord))
	return r
}

// isStream takes whatever is gRPC and has begun: what has not has its status in the
// headers.
func (grpc) isStream(resp *http.Response) bool {
	return isGRPC(resp.Header) && resp.Header.Get(statusHeader) == ""
}

// events reads messages. Who is silent is not known to be there by what it sends: the
// transport asks it by PING instead.
func (grpc) events(resp *http.Response, call invocation, _ func(), now func() time.Time) func() (event, error) {
	messages := grpcframe.NewReader(resp.Body, maxReply)
	_, proved := resp.Body.(*provedEvents)
	return func() (event, error) {
		message, err := messages.Next()
		switch {
		case errors.Is(err, io.EOF):
			// Without a status it broke off, and with a good one before the task has ended, too.
			said := statusError(answer{status: resp.StatusCode, header: resp.Header, trailer: resp.Trailer, proved: proved}, now())
			if said != nil && !errors.Is(said, grpcframe.ErrStatus) {
				return event{}, said
			}
			return event{}, broken(err)
		case errors.Is(err, grpcframe.ErrTooLarge):
			return event{}, errLargeEvent
		case errors.Is(err, grpcframe.ErrCompressed):
			return event{}, fmt.Errorf("%w: %w", ErrReply, err)
		case err != nil:
			return event{}, broken(err)
		}
		result, err := parseMessage(message, call.method)
		return event{result: result}, err
	}
}
