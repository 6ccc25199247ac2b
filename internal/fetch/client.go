package fetch

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client asks an authority and reads its answers whole. It follows no redirect,
// which would hand a token or a secret to somebody else, and keeps no cookies.
type Client struct{ http *http.Client }

// NewClient returns a client over the transport of given, which is not changed
// and whose other settings are not used.
func NewClient(given *http.Client) Client {
	transport := given.Transport
	if transport == nil {
		transport = http.DefaultTransport // as http.Client does
	}
	return Client{&http.Client{Transport: Explain(transport), Timeout: given.Timeout, CheckRedirect: refuseRedirect}}
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Bounded is the client for a library that makes its requests itself: reading
// more than limit bytes of an answer is [ErrTooLong]. What it asks has to have a
// deadline of its own.
func (c Client) Bounded(limit int64) *http.Client {
	bounded := *c.http
	bounded.Transport = boundedTransport{c.http.Transport, limit}
	return &bounded
}

// Question is one request, and what is read of its answer.
type Question struct {
	Method string
	URL    string
	// Accept is the header of that name; "": none.
	Accept string
	// Form is the body; nil: none.
	Form url.Values
	// Body is the body instead, sent as it is; nil: none. It is asked once: its
	// signature may count once.
	Body []byte
	// Header is sent, too, with the Content-Type of Body.
	Header http.Header
	// Basic are the credentials in the header; nil: none.
	Basic *url.Userinfo
	// Timeout bounds the exchange, body included.
	Timeout time.Duration
	// Limit is how many bytes an answer may have.
	Limit int64
	// Statuses reports whether answers with a status are read; nil: with 200 alone.
	Statuses func(status int) bool
	// Media reports whether answers with such a header are read; nil: all are.
	Media func(http.Header) bool
}

// Answer is a complete answer.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do asks. Its error is a [*Failure].
//
// An answer that is not complete when the time is over counts as none, whatever
// it says: it may be what our hanging up made of it.
func (c Client) Do(ctx context.Context, q Question) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	answer, err := c.exchange(ctx, q)
	if late := ctx.Err(); late != nil {
		return Answer{}, &Failure{Class: Unavailable, Err: late}
	}
	return answer, err
}

func (c Client) exchange(ctx context.Context, q Question) (Answer, error) {
	req, err := q.request(ctx)
	if err != nil {
		return Answer{}, &Failure{Class: Unasked, Err: err}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, &Failure{Class: Unavailable, Err: err}
	}
	resp.Body = Limit(resp.Body, q.Limit, ErrTooLong)
	defer resp.Body.Close()
	if err := q.judge(resp); err != nil {
		return Answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, &Failure{Class: classOf(err), Status: resp.StatusCode, Err: err}
	}
	return Answer{resp.StatusCode, resp.Header, body}, nil
}

// judge decides by status and header whether the body is worth reading.
func (q Question) judge(resp *http.Response) error {
	wanted := resp.StatusCode == http.StatusOK
	if q.Statuses != nil {
		wanted = q.Statuses(resp.StatusCode)
	}
	switch {
	case !wanted:
		return &Failure{Class: Declined, Status: resp.StatusCode, Err: errStatus}
	case q.Media != nil && !q.Media(resp.Header):
		return &Failure{Class: Malformed, Status: resp.StatusCode, Err: errMedia}
	}
	return nil
}

func (q Question) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	switch {
	case q.Form != nil:
		body = strings.NewReader(q.Form.Encode())
	case q.Body != nil:
		body = bytes.NewReader(q.Body)
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, q.URL, body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, q.Header)
	if q.Accept != "" {
		req.Header.Set("Accept", q.Accept)
	}
	if q.Form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// Asking twice does no harm: this, which is not sent, lets net/http try
		// again where an authority closed an idle connection, as its restart does.
		req.Header["Idempotency-Key"] = nil
	}
	if q.Basic != nil {
		password, _ := q.Basic.Password()
		req.SetBasicAuth(q.Basic.Username(), password)
	}
	return req, nil
}
