package fetch

import (
	"context"
	"io"
	"net/http"
)

// Stream is an answer that lasts. Its body is read as it comes, without a bound.
type Stream struct {
	Status int
	Header http.Header
	Body   io.ReadCloser
}

// Open asks, and returns an answer whose body is still to come; ctx bounds both. Timeout
// and Limit of q are not used. Its error is a [*Failure]. Close the body.
func (c Client) Open(ctx context.Context, q Question) (*Stream, error) {
	req, err := q.request(ctx)
	if err != nil {
		return nil, &Failure{Class: Unasked, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &Failure{Class: Unavailable, Err: err}
	}
	if err := q.judge(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return &Stream{resp.StatusCode, resp.Header, resp.Body}, nil
}
