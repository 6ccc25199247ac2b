package hydra

import (
	"context"
	"errors"
	"fmt"
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
	client  fetch.Client
	timeout time.Duration
	method  string
	base    string     // from the settings
	path    string     // below base
	form    url.Values // body, nil for none
	basic   *url.Userinfo
	created bool // status 201 is as good as 200
	refused bool // so are those that refuse what was asked
}

// do sends the request. It returns answers in JSON with status 200 (or 201,
// where created is set), and those with a status in the 400 range other than
// 404, 405 and 429 if refused is set; everything else is a [*RequestError].
func (x exchange) do(ctx context.Context) (fetch.Answer, error) {
	target, err := url.JoinPath(x.base, x.path)
	if err != nil {
		return fetch.Answer{}, x.fail(0, errAddress)
	}
	answer, err := x.client.Do(ctx, fetch.Question{
		Method: x.method, URL: target, Accept: "application/json", Form: x.form, Basic: x.basic,
		Timeout: x.timeout, Limit: maxReply, Statuses: x.reads, Media: isJSON,
	})
	if failed, ok := errors.AsType[*fetch.Failure](err); ok {
		return fetch.Answer{}, x.fail(failed.Status, x.cause(failed))
	}
	return answer, nil
}

// reads reports whether an answer with this status is read.
func (x exchange) reads(status int) bool {
	switch {
	case status == http.StatusOK, x.created && status == http.StatusCreated:
		return true
	case isWrongAddress(status), status == http.StatusTooManyRequests:
		return false
	}
	return x.refused && status >= 400 && status < 500
}

func isWrongAddress(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed
}

var errAddress = fmt.Errorf("%w: the URL in the settings is malformed", oauth.ErrUnavailable)

// cause says what a failure means here.
func (x exchange) cause(failed *fetch.Failure) error {
	switch failed.Class {
	case fetch.Unasked:
		return errAddress
	case fetch.Declined:
		if isWrongAddress(failed.Status) {
			return x.wrongAddress()
		}
		return oauth.ErrUnavailable
	case fetch.Malformed:
		return errMediaType
	case fetch.TooLong:
		return tooLong(maxReply)
	}
	return unavailable(x.base, failed.Err)
}

var errMediaType = fmt.Errorf("%w: the media type is not application/json", oauth.ErrInvalidResponse)

func tooLong(limit int) error {
	return fmt.Errorf("%w: more than %d bytes", oauth.ErrInvalidResponse, limit)
}

// wrongAddress is what a 404 or a 405 of a fixed path means, whatever its body
// says: nothing of what was asked for can be absent, so it is not Hydra, or the
// other one of its two APIs, or the address has a path too much.
func (x exchange) wrongAddress() error {
	variable, sentinel := "HYDRA__PUBLIC_URL", oauth.ErrUnavailable
	if strings.HasPrefix(x.path, "admin/") || strings.HasPrefix(x.path, "health/") {
		variable = "HYDRA__ADMIN_URL"
	}
	if x.refused {
		sentinel = oauth.ErrInvalidResponse
	}
	return fmt.Errorf("%w: no such API at this address, check %s", sentinel, variable)
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
func unavailable(base string, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w: %w", oauth.ErrUnavailable, context.Canceled)
	}
	target, uerr := url.Parse(base)
	if uerr != nil {
		target = &url.URL{}
	}
	return fmt.Errorf("%w: %w", oauth.ErrUnavailable, fetch.Describe(err, target))
}
