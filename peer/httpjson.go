package peer

import (
	"bytes"
	"context"
	stdjson "encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// httpJSON is the binding of A2A 1.0 section 11.
type httpJSON struct{ jsonRPC }

// mediaA2A is the media type of the binding (A2A 1.0 section 14.1.1).
const mediaA2A = "application/a2a+json"

func (httpJSON) request(ctx context.Context, p Peer, call invocation) (*http.Request, error) {
	method, path, body, err := located(p.Tenant, call)
	if err != nil {
		return nil, err
	}
	req, err := newRequest(ctx, method, strings.TrimSuffix(p.URL, "/")+path, body, call)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", mediaA2A)
	}
	if !call.streams {
		req.Header.Set("Accept", mediaA2A+", application/json")
	}
	req.Header.Set(wire.SvcParamVersion, string(card.V1))
	return req, nil
}

// located is where a method is called, and what the body of that is; nil for none. A
// tenant is the first segment (section 11.3), and not in the body as well.
func located(tenant string, call invocation) (method, path string, body []byte, err error) {
	method = http.MethodPost
	switch params := call.params.(type) {
	case *wire.SendMessageRequest:
		path = "/message:send"
		if call.streams {
			path = "/message:stream"
		}
		bare := *params
		bare.Tenant = ""
		body, err = encodeParams(&bare)
	case *wire.GetTaskRequest:
		method = http.MethodGet
		path, err = ofTask(params.ID, "")
	case *wire.CancelTaskRequest:
		path, err = ofTask(params.ID, ":cancel")
		body = []byte("{}")
	case *wire.SubscribeToTaskRequest:
		path, err = ofTask(params.ID, ":subscribe")
		body = []byte("{}")
	default:
		err = fmt.Errorf("%w: %s has no %s", ErrBinding, HTTPJSON, call.method)
	}
	if err == nil && tenant != "" {
		tenant, err = segment("tenant", tenant)
		path = "/" + tenant + path
	}
	return method, path, body, err
}

// ofTask is the path of a task.
func ofTask(id wire.TaskID, verb string) (string, error) {
	at, err := segment("id of a task", string(id))
	return "/tasks/" + at + verb, err
}

// segment is a name in a path. One that is dots alone would be another path.
func segment(what, name string) (string, error) {
	if strings.Trim(name, ".") == "" {
		return "", fmt.Errorf("%w: the %s is dots alone", ErrBinding, what)
	}
	return url.PathEscape(name), nil
}

// encodeParams writes parameters without an envelope.
func encodeParams(params any) ([]byte, error) {
	var buf bytes.Buffer
	enc := stdjson.NewEncoder(&buf) // a2a-go's types marshal for this package
	enc.SetEscapeHTML(false)
	if err := enc.Encode(params); err != nil {
		return nil, fmt.Errorf("encoding parameters: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func (httpJSON) result(a answer, _ invocation, now time.Time) (jsontext.Value, error) {
	if a.status != http.StatusOK {
		return nil, parseRefusal(a, now)
	}
	return parseBare(a, now)
}

// parseBare returns a result that has no envelope. In a stream it may be an error.
func parseBare(a answer, now time.Time) (jsontext.Value, error) {
	var response struct {
		Error jsontext.Value `json:"error"`
	}
	if jsonrpc.HasDuplicateNames(a.body) || json.Unmarshal(a.body, &response, uniqueNames) != nil {
		return nil, fmt.Errorf("%w: not a JSON object", ErrReply)
	}
	if response.Error.Kind() == jsontext.KindBeginObject {
		return nil, parseRefusal(a, now)
	}
	return a.body, nil
}

func (httpJSON) events(resp *http.Response, _ invocation, alive func(), now func() time.Time) func() (event, error) {
	return sseEvents(resp, alive, func(a answer) (jsontext.Value, error) { return parseBare(a, now()) })
}
