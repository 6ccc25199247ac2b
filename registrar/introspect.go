package registrar

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/identity/did"
)

// PathIntrospect is where agents ask about tokens (RFC 7662).
const PathIntrospect = "/v1/introspect"

const (
	// MaxToken is the longest token that is asked about, in bytes.
	MaxToken = 16 << 10
	// maxForm leaves room for a token of which each byte is escaped.
	maxForm = int64(len("token=") + 3*MaxToken)
	// formType is the content type of the question.
	formType = "application/x-www-form-urlencoded"
)

// Introspector asks the authorization server about tokens.
type Introspector interface {
	// Introspect returns what the authorization server says of a token now. An error
	// says nothing about the token and holds nothing of it.
	Introspect(ctx context.Context, token string) (Introspection, error)
}

// Introspection is what the authorization server says of a token.
type Introspection struct {
	// Active is false for a token that is good for nothing; of one nothing else is told.
	Active bool
	// ClientID and Audience are for whom and for what it was made.
	ClientID string
	Audience []string
	// Answer is all that is said: one JSON object (RFC 7662 section 2.2).
	Answer []byte
}

// parseToken reads the form of the question. A token that can be none is no fault: it
// is inactive.
func parseToken(body []byte) (string, *Refusal) {
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form) != 1 || len(form["token"]) != 1 {
		return "", refuse(QuestionInvalid, nil)
	}
	return form["token"][0], nil
}

func (x *exchange) parseToken() (refused *Refusal) {
	x.token, refused = parseToken(x.body)
	return refused
}

// isBearer reports whether a text can be a bearer token (RFC 6750 section 2.1).
func isBearer(s string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
	body := strings.TrimRight(s, "=")
	return body != "" && len(s) <= MaxToken && strings.Trim(body, alphabet) == ""
}

var inactive = []byte(`{"active":false}`)

// introspect answers whether a token is good for anything between agents. Nothing is
// kept of what the authorization server says.
func (r *Registrar) introspect(x *exchange) error {
	place, refused := r.asking(x, r.cfg.MaxIntrospections)
	if refused != nil {
		return refused
	}
	defer place.Release()
	ctx, p := x.r.Context(), x.proof()
	if err := r.admitted(ctx, p, nil); err != nil {
		return err
	}
	return r.answerVerdict(x, func(read Reader) error { return registeredWith(read, p.did, p.key, r.cfg.Now()) })
}

// answerVerdict tells what a token is good for. asks says whether who asks still may.
func (r *Registrar) answerVerdict(x *exchange, asks func(Reader) error) error {
	answer := inactive
	if isBearer(x.token) {
		var err error
		if answer, err = r.verdict(x.r.Context(), asks, x.token); err != nil {
			return err
		}
	}
	answerJSON(x.w, http.StatusOK, answer)
	return nil
}

func (r *Registrar) verdict(ctx context.Context, asks func(Reader) error, token string) ([]byte, error) {
	said, err := r.cfg.Introspector.Introspect(ctx, token)
	switch {
	case err != nil && ctx.Err() != nil: // who asked has gone
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, refuse(Unavailable, err)
	}
	usable, err := r.usable(ctx, asks, said)
	if err != nil || !usable {
		return inactive, err
	}
	return said.Answer, nil
}

// usable reports whether a token is good between agents: it is not made for the
// certificate authority, and its client is registered. That is looked at after the
// authorization server has answered, and who asks once more: what was revoked while it
// was asked is revoked.
func (r *Registrar) usable(ctx context.Context, asks func(Reader) error, said Introspection) (usable bool, err error) {
	client, malformed := did.Parse(said.ClientID)
	if !said.Active || malformed != nil || slices.Contains(said.Audience, r.cfg.CAAudience) {
		return false, nil
	}
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		if err := asks(read); err != nil {
			return err
		}
		usable, _, err = standing(read, client)
		return err
	})
	return usable && err == nil, err
}
