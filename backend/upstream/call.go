package upstream

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/sse"
)

const (
	eventStream = "text/event-stream"
	callID      = "1" // each call has a connection of its own for as long as it lasts
)

// HeaderDeadline tells the upstream when the agent gives up, in RFC 3339.
const HeaderDeadline = "Agent-Deadline"

// call is one request to the upstream, and what comes of it.
type call struct {
	body   io.ReadCloser
	limit  int64
	events *sse.Reader // nil where the answer is one
	over   bool        // it was one, and was read
}

// call asks. alive is called whenever something comes. Close what it returns.
func (u *Upstream) call(ctx context.Context, s *spoken, who identity.Caller, q question, alive func()) (*call, error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": callID, "method": q.method, "params": q.params})
	if err != nil {
		return nil, fmt.Errorf("upstream: %w", err)
	}
	header, err := u.header(ctx, s, who, q.method)
	if err != nil {
		return nil, err
	}
	stream, err := u.http.Open(ctx, fetch.Question{
		Method: http.MethodPost, URL: s.url, Body: body, Header: header, Accept: "application/json, " + eventStream,
		Statuses: func(int) bool { return true },
	})
	if err != nil {
		return nil, err
	}
	alive()
	c := &call{body: stream.Body, limit: u.cfg.AnswerLimit}
	media, _, _ := mime.ParseMediaType(stream.Header.Get("Content-Type"))
	switch {
	case stream.Status != http.StatusOK:
		err = c.refusal(stream.Status)
		c.close()
		return nil, err
	case media == eventStream:
		c.events = sse.NewReader(stream.Body, int(c.limit), alive)
	}
	return c, nil
}

func (u *Upstream) header(ctx context.Context, s *spoken, who identity.Caller, method string) (http.Header, error) {
	header := http.Header{"Content-Type": {"application/json"}}
	if s.version == card.V1 {
		header.Set("A2A-Version", string(card.V1))
	}
	if at, ok := ctx.Deadline(); ok {
		header.Set(HeaderDeadline, at.UTC().Format(time.RFC3339Nano))
	}
	if u.cfg.Prove == nil {
		return header, nil
	}
	proofs, err := u.cfg.Prove(who, method)
	if err != nil {
		return nil, err
	}
	maps.Copy(header, proofs)
	return header, nil
}

func (c *call) close() { _ = c.body.Close() }

// next returns the next event, or the answer. It fails with io.EOF when there are no more.
func (c *call) next() (*event, error) {
	if c.over {
		return nil, io.EOF
	}
	if c.events == nil {
		c.over = true
		body, err := io.ReadAll(fetch.Limit(c.body, c.limit, fetch.ErrTooLong))
		if err != nil {
			return nil, err
		}
		return c.event(body)
	}
	e, err := c.events.Next()
	if err != nil {
		return nil, err
	}
	return c.event(e.Data)
}

// response is an answer of JSON-RPC.
type response struct {
	ID     jsontext.Value `json:"id"`
	Result jsontext.Value `json:"result"`
	Error  *struct {
		Code    int64  `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func parseResponse(body []byte) (response, error) {
	var r response
	object, err := jsonrpc.ParseParams(body, jsonrpc.MaxDepth)
	if err == nil && object == nil {
		err = jsonrpc.ErrNotObject
	}
	if err == nil {
		err = freeform.Unmarshal(object, &r)
	}
	if err != nil {
		return response{}, badAnswer("%v", err)
	}
	return r, nil
}

func (c *call) event(body []byte) (*event, error) {
	r, err := parseResponse(body)
	switch {
	case err != nil:
		return nil, err
	case r.Error != nil:
		return nil, &refusedError{http.StatusOK, r.Error.Code, brief.Text(r.Error.Message)}
	case string(r.ID) != `"`+callID+`"`:
		return nil, badAnswer("it answers another request")
	}
	return readEvent(r.Result)
}

// maxRefusal is how much is read of an answer with another status, in bytes.
const maxRefusal = 64 << 10

// refusal is the error of an answer with another status.
func (c *call) refusal(status int) error {
	refused := &refusedError{status: status}
	body, err := io.ReadAll(io.LimitReader(c.body, maxRefusal))
	if err != nil {
		return refused
	}
	if r, err := parseResponse(body); err == nil && r.Error != nil {
		refused.code, refused.message = r.Error.Code, brief.Text(r.Error.Message)
	}
	return refused
}
