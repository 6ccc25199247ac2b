package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	mediaEvents = "text/event-stream"
	mediaJSON   = "application/json"
)

// relay hands on an answer.
func (x *exchange) relay(ctx context.Context, answer *fetch.Stream) error {
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err := x.judge(answer, media); err != nil {
		return err
	}
	if err := x.open(answer); err != nil {
		return err
	}
	h := x.w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	for _, name := range []string{mcpwire.HeaderVersion, "Allow", "Retry-After"} {
		if v := answer.Header.Get(name); v != "" {
			h.Set(name, v)
		}
	}
	switch {
	case media == mediaEvents:
		return x.stream(ctx, answer.Body)
	case x.tells() && answer.Status == http.StatusAccepted:
		x.begun = true
		x.w.WriteHeader(http.StatusAccepted)
		return nil
	}
	return x.document(ctx, answer, media)
}

// judge finds out whether the answer is one that callers are given. Other statuses say
// something of the server to its operator, such as that it wants a token of its own.
func (x *exchange) judge(answer *fetch.Stream, media string) error {
	switch status := answer.Status; {
	case status == http.StatusNotFound && media == mediaJSON && x.noMethod(answer):
		return nil
	case status == http.StatusNotFound && x.session != nil:
		x.h.sessions.forget(x.session)
		return errNoSession
	case status == http.StatusOK && x.tells() && media != mediaEvents:
		answer.Status = http.StatusAccepted // what some say in place of it, with or without more
		return nil
	case status == http.StatusOK && x.r.Method != http.MethodDelete:
		if media != mediaJSON && media != mediaEvents {
			return fmt.Errorf("%w: its type is %.100q", errAnswer, media)
		}
		return nil
	case status == http.StatusOK, status == http.StatusAccepted, status == http.StatusNoContent:
		if x.r.Method == http.MethodDelete {
			x.h.sessions.forget(x.session)
		}
		return nil
	case passed[status] && media != mediaEvents:
		return nil
	}
	return refusedError(answer.Status)
}

// tells reports a message to which there is no answer.
func (x *exchange) tells() bool { return x.r.Method == http.MethodPost && !x.message.IsRequest() }

// noMethod reports whether a 404 is about the method that was called, as versions from
// 2026-07-28 on say it, and not about a session or the path. What was read of the answer is
// put back.
func (x *exchange) noMethod(answer *fetch.Stream) bool {
	body, err := io.ReadAll(io.LimitReader(answer.Body, wholeBytes))
	rest := answer.Body
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	var said struct {
		ID    jsontext.Value `json:"id"`
		Error struct {
			Code int64 `json:"code"`
		} `json:"error"`
	}
	object, wrong := jsonrpc.ParseParams(body, jsonrpc.MaxDepth)
	if err != nil || wrong != nil || freeform.Unmarshal(object, &said) != nil {
		return false
	}
	return x.message.IsRequest() && bytes.Equal(said.ID, x.message.ID) && said.Error.Code == refusal.CodeMethodNotFound
}

// passed are the statuses by which a server tells a client what is wrong with a request.
var passed = map[int]bool{
	http.StatusBadRequest: true, http.StatusMethodNotAllowed: true, http.StatusNotAcceptable: true, http.StatusConflict: true,
	http.StatusRequestEntityTooLarge: true, http.StatusUnsupportedMediaType: true, http.StatusUnprocessableEntity: true, http.StatusTooManyRequests: true,
}

// open gives the caller the session that the answer opens. In any other answer the header
// says what the caller knows, or nothing that it may use.
func (x *exchange) open(answer *fetch.Stream) error {
	id := answer.Header.Get(mcpwire.HeaderSession)
	switch {
	case x.session != nil && id == x.session.id:
	case id == "" || !x.opens || answer.Status != http.StatusOK:
		return nil
	case !mcpwire.IsSession(id) || len(answer.Header.Values(mcpwire.HeaderSession)) > 1:
		return fmt.Errorf("%w: the id of its session is none", errAnswer)
	default:
		x.settle(id)
	}
	x.w.Header().Set(mcpwire.HeaderSession, id)
	return nil
}

// wholeBytes is how much of an answer is kept until it is whole: of most all of it.
const wholeBytes = 64 << 10

// document hands on an answer that is one document, or nothing.
func (x *exchange) document(ctx context.Context, answer *fetch.Stream, media string) error {
	body := fetch.Limit(lively{answer.Body, x}, x.h.cfg.AnswerLimit, errLarge)
	first, err := io.ReadAll(io.LimitReader(body, wholeBytes))
	if err != nil {
		return x.broken(ctx, err)
	}
	if len(first) > 0 {
		x.w.Header().Set("Content-Type", mediaJSON)
		if media != mediaJSON {
			x.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		}
	}
	x.begun = true
	if len(first) < wholeBytes {
		_, _ = jsonrpc.Send(x.w, answer.Status, first) // who is gone is not told anything
		return nil
	}
	x.w.WriteHeader(answer.Status)
	return x.copy(ctx, io.MultiReader(bytes.NewReader(first), body))
}

// copy hands on a document piece by piece.
func (x *exchange) copy(ctx context.Context, body io.Reader) error {
	piece := make([]byte, 32<<10)
	for {
		n, err := body.Read(piece)
		if _, gone := x.w.Write(piece[:n]); gone != nil {
			return context.Canceled
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return x.broken(ctx, err)
		}
	}
}

// broken is why an answer does not come to its end.
func (x *exchange) broken(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, errLarge) {
		return err
	}
	return fmt.Errorf("%w: its answer broke off: %w", errAway, err)
}

// lively is a body of which each piece shows that the server is alive.
type lively struct {
	io.ReadCloser
	x *exchange
}

// Read implements [io.Reader].
func (l lively) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if n > 0 {
		l.x.quiet.Reset(l.x.h.cfg.Timeout)
	}
	return n, err
}
