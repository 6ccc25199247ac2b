package registrarapi

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/fetch"
)

// maxAnswer bounds what is read of an answer, as of Hydra's about a token.
const maxAnswer = 64 << 10

// Media types of bodies.
const (
	mediaJSON = "application/json"
	mediaForm = "application/x-www-form-urlencoded"
)

// call is one request whose answer is read strictly.
type call struct {
	op     string
	method string
	path   string // with each DID as it is
	body   []byte
	media  string // of the body
	wants  []int  // statuses of answers that are none of refusals
}

// do asks, and once more where the request was not read or counts as one that was
// seen: with an idle connection that the registrar has closed nobody knows. Errors
// are [*Error].
func (c *Client) do(ctx context.Context, q call) (fetch.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	answer, err := c.once(ctx, q)
	if mayRepeat(err) {
		answer, err = c.once(ctx, q)
	}
	return answer, err
}

func mayRepeat(err error) bool {
	lost, ok := errors.AsType[*fetch.Error](err)
	return ok && lost.Kind == fetch.Closed || errors.Is(err, errReplayed)
}

func (c *Client) once(ctx context.Context, q call) (fetch.Answer, error) {
	header, err := c.sign(q)
	if err != nil {
		return fetch.Answer{}, q.fail(c, 0, err)
	}
	answer, err := c.calls.Do(ctx, fetch.Question{
		Method: q.method, URL: c.cfg.URL + q.path, Accept: mediaJSON, Body: q.body, Header: header,
		Timeout: c.cfg.Timeout, Limit: maxAnswer, Statuses: func(int) bool { return true },
	})
	if failed, ok := errors.AsType[*fetch.Failure](err); ok {
		return fetch.Answer{}, q.fail(c, failed.Status, c.noAnswer(failed))
	}
	for _, status := range q.wants {
		if answer.Status != status {
			continue
		}
		if status != http.StatusNoContent && !isJSON(answer.Header) {
			return fetch.Answer{}, q.fail(c, status, errMediaType)
		}
		return answer, nil
	}
	return fetch.Answer{}, q.refused(c, answer)
}

// sign makes the headers of a request, with a nonce of its own.
func (c *Client) sign(q call) (http.Header, error) {
	h, err := signature.SignHeader(c.cfg.Key, signature.Octets1, signature.Request{
		DID: c.cfg.DID, Timestamp: c.cfg.Now().Unix(), Body: q.body, Audience: c.cfg.Registrar,
		Method: q.method, Target: q.path, ContentType: q.media,
	}, c.cfg.Rand)
	if err == nil && q.media != "" {
		h.Set("Content-Type", q.media)
	}
	return h, err
}

func isJSON(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == mediaJSON && h.Get("Content-Encoding") == ""
}

// retryAfter reads the header of that name in seconds (RFC 9110 section 10.2.3).
func retryAfter(h http.Header) time.Duration {
	seconds, err := time.ParseDuration(h.Get("Retry-After") + "s")
	if err != nil || seconds < 0 {
		return 0
	}
	return seconds
}
