package hydra

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// maxReply bounds what is read of any answer of the public API and of an introspection.
const maxReply = 64 << 10

// exchange is one request whose answer is read strictly.
type exchange struct {
	op      string
	client  *http.Client
	timeout time.Duration
	method  string
	base    string     // from the settings
	path    string     // below base
	form    url.Values // body, nil for none
	basic   *url.Userinfo
	created bool // status 201 is as good as 200
}

// reply is an answer in JSON; its body is complete.
type reply struct {
	status int
	body   []byte
}

// do sends the request. It returns answers in JSON with status 200 (or 201,
// where created is set), and those with a status in the 400 range other than
// 404, 405 and 429 if clientErrors is set; everything else is a [*RequestError].
//
// An answer that is not complete when the time is over counts as none, whatever
// it says: it may be what our hanging up made of it.
func (x exchange) do(ctx context.Context, clientErrors bool) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, x.timeout)
	defer cancel()
	answer, err := x.roundTrip(ctx, clientErrors)
	if late := ctx.Err(); late != nil {
		return reply{}, x.fail(0, unavailable(ctx, x.base, late))
	}
	return answer, err
}

func (x exchange) roundTrip(ctx context.Context, clientErrors bool) (reply, error) {
	req, err := x.request(ctx)
	if err != nil {
		return reply{}, x.fail(0, fmt.Errorf("%w: the URL in the settings is malformed", oauth.ErrUnavailable))
	}
	resp, err := x.client.Do(req)
	if err == nil {
		resp, err = fetch.CheckAnswer(req, resp)
	}
	if err != nil {
		return reply{}, x.fail(0, unavailable(ctx, x.base, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed {
		return reply{}, x.fail(resp.StatusCode, x.wrongAddress(clientErrors))
	}
	refusal := resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests
	success := resp.StatusCode == http.StatusOK || x.created && resp.StatusCode == http.StatusCreated
	if !success && !(refusal && clientErrors) {
		return reply{}, x.fail(resp.StatusCode, oauth.ErrUnavailable)
	}
	if !isJSON(resp.Header) {
		return reply{}, x.fail(resp.StatusCode, fmt.Errorf("%w: the media type is not application/json", oauth.ErrInvalidResponse))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return reply{}, x.fail(resp.StatusCode, unavailable(ctx, x.base, err))
	}
	if len(body) > maxReply {
		return reply{}, x.fail(resp.StatusCode, fmt.Errorf("%w: more than %d bytes", oauth.ErrInvalidResponse, maxReply))
	}
	return reply{resp.StatusCode, body}, nil
}

// wrongAddress is what a 404 or a 405 of a fixed path means, whatever its body
// says: nothing of what was asked for can be absent, so it is not Hydra, or the
// other one of its two APIs, or the address has a path too much.
func (x exchange) wrongAddress(clientErrors bool) error {
	variable, sentinel := "HYDRA__PUBLIC_URL", oauth.ErrUnavailable
	if strings.HasPrefix(x.path, "admin/") || strings.HasPrefix(x.path, "health/") {
		variable = "HYDRA__ADMIN_URL"
	}
	if clientErrors {
		sentinel = oauth.ErrInvalidResponse
	}
	return fmt.Errorf("%w: no such API at this address, check %s", sentinel, variable)
}

func (x exchange) request(ctx context.Context) (*http.Request, error) {
	target, err := url.JoinPath(x.base, x.path)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if x.form != nil {
		body = strings.NewReader(x.form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, x.method, target, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if x.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// Asking twice does no harm: this, which is not sent, lets net/http try
		// again where Hydra closed an idle connection, as a restart of it does.
		req.Header["Idempotency-Key"] = nil
	}
	if x.basic != nil {
		password, _ := x.basic.Password()
		req.SetBasicAuth(x.basic.Username(), password)
	}
	return req, nil
}

func (x exchange) fail(status int, cause error) error {
	return &RequestError{Op: x.op, URL: displayURL(x.base, x.path), Status: status, Err: cause}
}

// displayURL is a URL for people: without credentials, query or fragment.
func displayURL(base, path string) string {
	u, err := url.Parse(base)
	if err != nil {
		return "(malformed URL)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.JoinPath(path).String()
}

func isJSON(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == "application/json" && h.Get("Content-Encoding") == ""
}

// unavailable wraps a failure to get an answer, as package fetch describes it.
// What net/http says about a malformed answer quotes it and is not repeated.
func unavailable(ctx context.Context, base string, err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return fmt.Errorf("%w: more than %d bytes", oauth.ErrInvalidResponse, maxDocument)
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%w: %w", oauth.ErrUnavailable, ctx.Err())
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	target, uerr := url.Parse(base)
	if uerr != nil {
		target = &url.URL{}
	}
	return fmt.Errorf("%w: %w", oauth.ErrUnavailable, fetch.Describe(err, target))
}
