package registrarapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// MaxFollowed is about how many DIDs one stream can be.
const MaxFollowed = 1024

const mediaEvents = "text/event-stream"

// ErrStream: what came on a stream of revocations is none of its messages, or does not
// follow the one before. Nothing that was learned from the stream counts any more.
var ErrStream = fmt.Errorf("%w: what the registrar says of revocations does not verify, or is not all", oauth.ErrInvalidResponse)

// Stream is what the registrar says of revocations, message by message. It is for one
// goroutine, but that Close may be called by any.
type Stream struct {
	registrar, follower did.DID
	nonce               string
	events              *events
	body                io.Closer
	cancel              context.CancelFunc
	number              int64
	head                int64
	epoch               string
	ended               bool
}

// Follow asks to be told when one of the DIDs is revoked or restored: at most
// [MaxFollowed]. The first messages say how they stand. The stream ends with ctx. Errors
// are [*Error], as of the other questions; close what is returned without one.
func (c *Client) Follow(ctx context.Context, dids []did.DID) (*Stream, error) {
	texts := make([]string, len(dids))
	for i, d := range dids {
		texts[i] = d.String()
	}
	body, err := json.Marshal(map[string][]string{"dids": texts})
	q := call{op: "follow revocations", method: http.MethodPost, path: "/v1/revocations", media: mediaJSON, body: body}
	if err != nil {
		return nil, q.fail(c, 0, err)
	}
	header, err := c.sign(q)
	if err != nil {
		return nil, q.fail(c, 0, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	slow := time.AfterFunc(c.cfg.Timeout, cancel)
	opened, err := c.streams.Open(ctx, fetch.Question{
		Method: q.method, URL: c.cfg.URL + q.path, Accept: mediaEvents, Body: q.body, Header: header, Statuses: func(int) bool { return true },
	})
	if err == nil && (opened.Status != http.StatusOK || !isEvents(opened.Header)) {
		err = q.declined(c, opened)
	}
	inTime := slow.Stop()
	if err != nil || !inTime {
		cancel()
		return nil, q.unopened(c, opened, err)
	}
	return &Stream{
		registrar: c.cfg.Registrar, follower: c.cfg.DID, nonce: signature.NonceOf(header),
		events: readEvents(opened.Body), body: opened.Body, cancel: cancel,
	}, nil
}

func isEvents(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == mediaEvents && h.Get("Content-Encoding") == ""
}

// declined reads why there is no stream.
func (q call) declined(c *Client, opened *fetch.Stream) error {
	defer opened.Body.Close()
	body, err := io.ReadAll(fetch.Limit(opened.Body, maxAnswer, fetch.ErrTooLong))
	switch {
	case err != nil:
		return &fetch.Failure{Class: fetch.Unavailable, Status: opened.Status, Err: err}
	case opened.Status == http.StatusOK:
		return q.fail(c, opened.Status, errEvents)
	}
	return q.refused(c, fetch.Answer{Status: opened.Status, Header: opened.Header, Body: body})
}

// unopened says what the lack of a stream means.
func (q call) unopened(c *Client, opened *fetch.Stream, err error) error {
	if told, ok := errors.AsType[*Error](err); ok {
		return told
	}
	failed, ok := errors.AsType[*fetch.Failure](err)
	if !ok { // it came when its time was over
		_ = opened.Body.Close()
		failed = &fetch.Failure{Class: fetch.Unavailable, Err: context.DeadlineExceeded}
	}
	return q.fail(c, failed.Status, c.noAnswer(failed))
}

var errEvents = fmt.Errorf("%w: the media type is not text/event-stream", oauth.ErrInvalidResponse)

// Next waits for the next message, which was signed by the registrar for this stream and
// follows the one before. After one that ends the stream, and when it breaks off, the
// error is [io.EOF] or that of the network; after [ErrStream] nothing counts.
func (s *Stream) Next() (revocation.Message, error) {
	if s.ended {
		return revocation.Message{}, io.EOF
	}
	data, err := s.events.next()
	if err != nil {
		return revocation.Message{}, err
	}
	m, err := revocation.Verify(data, s.registrar, s.follower, s.nonce)
	switch {
	case err != nil:
		return revocation.Message{}, fmt.Errorf("%w: %w", ErrStream, err)
	case m.Number != s.number+1:
		return revocation.Message{}, fmt.Errorf("%w: message %d comes after %d", ErrStream, m.Number, s.number)
	case m.Epoch == s.epoch && m.Head < s.head:
		return revocation.Message{}, fmt.Errorf("%w: the sequence goes from %d to %d", ErrStream, s.head, m.Head)
	}
	s.number, s.epoch, s.head, s.ended = m.Number, m.Epoch, m.Head, m.End != ""
	return m, nil
}

// Close ends the stream.
func (s *Stream) Close() {
	s.cancel()
	_ = s.body.Close()
}
