package registrarapi

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// words are what the registrar's words mean to us. What is not here is [ErrRefused],
// or with a status of 500 and more [oauth.ErrUnavailable].
var words = map[string]error{
	"revoked":                  ErrRevoked,
	"enrolment_token_required": ErrTokenRequired,
	"enrolment_token_refused":  ErrTokenRefused,
	"did_not_key_bound":        ErrNotKeyBound,
	"secret_weak":              ErrSecretWeak,
	"secret_ended":             ErrSecretEnded,
	"foreign_writer":           ErrForeignWriter,
	"client_busy":              ErrBusy,
	"pending_full":             ErrBusy,
	"rate_limited":             ErrBusy,
	"storage_unavailable":      ErrDatabase,
	"timestamp_out_of_window":  ErrClock,
	"replayed":                 errReplayed,
	"client_unknown":           ErrUnknown,
	"not_registered":           ErrNotRegistered,
	"crypto_mismatch":          ErrNotRegistered, // what everybody is told of a DID that is not his
}

// fail names a request that failed.
func (q call) fail(c *Client, status int, cause error) *Error {
	return &Error{Op: q.op, URL: c.cfg.URL + q.path, Status: status, Err: cause}
}

// refused says what an answer means that was not wanted. Only a registrar's own
// refusal is one: what stands before it may answer with any status.
func (q call) refused(c *Client, answer fetch.Answer) *Error {
	word := wordOf(answer)
	e := q.fail(c, answer.Status, nil)
	e.Word, e.Later = word, retryAfter(answer.Header)
	cause, known := words[word]
	switch {
	case known:
		e.Err = cause
	case word == "not_found" || word == "" && (answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed):
		e.Err = errNoSuchAPI
	case word == "" || answer.Status >= 500 || answer.Status == http.StatusTooManyRequests:
		e.Err = oauth.ErrUnavailable
	default:
		e.Err = ErrRefused
	}
	return e
}

// wordOf is the stable word of a refusal, "" for what is none.
func wordOf(answer fetch.Answer) string {
	var read struct {
		Error struct {
			Data struct {
				Reason string `json:"reason"`
			} `json:"data"`
		} `json:"error"`
	}
	if !isJSON(answer.Header) || jsontext.Value(answer.Body).Kind() != '{' || json.Unmarshal(answer.Body, &read) != nil {
		return ""
	}
	word := read.Error.Data.Reason
	if len(word) > maxWord {
		return ""
	}
	for _, b := range []byte(word) {
		if b != '_' && (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return ""
		}
	}
	return word
}

const maxWord = 64

// noAnswer says what the lack of an answer means.
func (c *Client) noAnswer(failed *fetch.Failure) error {
	switch failed.Class {
	case fetch.TooLong:
		return errTooLong
	case fetch.Unavailable:
		if lost, ok := errors.AsType[*fetch.Error](failed.Err); ok && lost.Kind == fetch.Certificate {
			return fmt.Errorf("%w: %w", ErrUntrusted, lost)
		}
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, failed.Err)
}

// nothingKnown makes an error one after which nothing is known about the token or
// key of somebody else: what the registrar holds against us says nothing of them.
func nothingKnown(err error) error {
	if err == nil || errors.Is(err, oauth.ErrUnavailable) || errors.Is(err, oauth.ErrInvalidResponse) {
		return err
	}
	return fmt.Errorf("%w: %w", oauth.ErrUnavailable, err)
}
