package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/sse"
)

// jsonRPC is the binding that every version has.
type jsonRPC struct{}

func (jsonRPC) request(ctx context.Context, p Peer, call invocation) (*http.Request, error) {
	body, err := encodeRequest(call.id, call.method, call.params)
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", call.method, err)
	}
	req, err := newRequest(ctx, http.MethodPost, p.URL, body, call)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if p.Protocol == card.V1 {
		req.Header.Set(wire.SvcParamVersion, string(card.V1))
	}
	return req, nil
}

// newRequest makes a request whose answer is JSON, or a stream of it.
func newRequest(ctx context.Context, method, target string, body []byte, call invocation) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	req.Header.Set("Accept", "application/json")
	if call.streams {
		req.Header.Set("Accept", eventStream)
	}
	if call.last != "" {
		req.Header.Set("Last-Event-ID", call.last)
	}
	return req, nil
}

func (jsonRPC) result(a answer, call invocation, now time.Time) (jsontext.Value, error) {
	if a.status != http.StatusOK {
		return nil, parseRefusal(a, now)
	}
	return parseAnswer(a, call.id, now)
}

// parseAnswer returns the result of the call with the given id.
func parseAnswer(a answer, id string, now time.Time) (jsontext.Value, error) {
	var response struct {
		ID     jsontext.Value `json:"id"`
		Result jsontext.Value `json:"result"`
		Error  jsontext.Value `json:"error"`
	}
	if jsonrpc.HasDuplicateNames(a.body) || json.Unmarshal(a.body, &response, uniqueNames) != nil {
		return nil, fmt.Errorf("%w: not a JSON-RPC response", ErrReply)
	}
	if response.Error.Kind() == jsontext.KindBeginObject {
		return nil, parseRefusal(a, now)
	}
	var got string
	if err := json.Unmarshal(response.ID, &got); err != nil || got != id {
		return nil, fmt.Errorf("%w: it answers another request", ErrReply)
	}
	if len(response.Result) == 0 {
		return nil, fmt.Errorf("%w: neither result nor error", ErrReply)
	}
	return response.Result, nil
}

// eventStream is the media type of server-sent events.
const eventStream = "text/event-stream"

func (jsonRPC) isStream(resp *http.Response) bool {
	return strings.HasPrefix(resp.Header.Get("Content-Type"), eventStream)
}

func (jsonRPC) events(resp *http.Response, call invocation, alive func(), now func() time.Time) func() (event, error) {
	return sseEvents(resp, alive, func(a answer) (jsontext.Value, error) { return parseAnswer(a, call.id, now()) })
}

// sseEvents reads server-sent events, each of whose data result reads as an answer.
func sseEvents(resp *http.Response, alive func(), result func(answer) (jsontext.Value, error)) func() (event, error) {
	events := sse.NewReader(resp.Body, maxReply, alive)
	_, proved := resp.Body.(*provedEvents)
	return func() (event, error) {
		e, err := events.Next()
		if err != nil {
			return event{}, broken(err)
		}
		if err := checkDepth(e.Data); err != nil {
			return event{}, err
		}
		value, err := result(answer{status: http.StatusOK, body: e.Data, proved: proved})
		return event{e.ID, value}, err
	}
}

func broken(err error) error {
	switch {
	case errors.Is(err, sse.ErrTooLarge):
		return errLargeEvent
	case errors.Is(err, io.EOF):
		return errBrokeOff
	case isVerdict(err):
		return err
	}
	return fmt.Errorf("%w: reading the stream: %w", ErrUnreachable, err)
}

// isVerdict reports an error of reading that is about what came, and not the connection.
func isVerdict(err error) bool {
	return errors.Is(err, ErrUnsigned) || errors.Is(err, ErrAnswerSignature) || errors.Is(err, ErrCut) || errors.Is(err, ErrTooLarge)
}

// errBrokeOff: nothing more comes.
var errBrokeOff = fmt.Errorf("%w: the stream broke off", ErrUnreachable)

var errLargeEvent = fmt.Errorf("%w: an event of more than %d bytes", ErrTooLarge, maxReply)
