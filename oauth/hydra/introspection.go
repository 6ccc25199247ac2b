package hydra

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonnumber"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// introspection is an answer of the introspection endpoint (RFC 7662 section 2.2).
type introspection struct {
	active    bool
	tokenType string
	claims    oauth.Claims
	answer    []byte // as it came
}

var errIntrospection = fmt.Errorf("%w: not an introspection answer", oauth.ErrInvalidResponse)

// parseIntrospection reads an answer strictly. Of an inactive token only that
// is read. What is of the wrong type is no answer at all, never a verdict.
func parseIntrospection(body []byte) (introspection, error) {
	o, err := parseObject(body)
	if err != nil {
		return introspection{}, errIntrospection
	}
	active, err := o.boolean("active")
	if err != nil {
		return introspection{}, errIntrospection
	}
	if !active {
		return introspection{}, nil
	}
	r := reader{members: o}
	in := introspection{active: true, tokenType: r.text("token_type")}
	in.claims = oauth.Claims{
		Issuer:   r.text("iss"),
		Subject:  r.text("sub"),
		ClientID: r.text("client_id"),
		Audience: r.audience("aud"),
		Scopes:   strings.Fields(r.text("scope")),
		TokenUse: r.text("token_use"),

		IssuedAt:  r.time("iat"),
		NotBefore: r.time("nbf"),
		ExpiresAt: r.time("exp"),
	}
	in.claims.Extra = r.rest("active", "token_type")
	if r.failed {
		return introspection{}, errIntrospection
	}
	if d, err := did.Parse(in.claims.ClientID); err == nil {
		in.claims.DID = d.String()
	}
	return in, nil
}

// reader takes members out of an object and remembers whether any of them was
// not what it has to be.
type reader struct {
	members object
	read    []string
	failed  bool
}

func (r *reader) text(name string) string {
	r.read = append(r.read, name)
	s, err := r.members.text(name)
	r.failed = r.failed || err != nil
	return s
}

// audience reads one string or an array of them (RFC 7519 section 4.1.3).
func (r *reader) audience(name string) []string {
	r.read = append(r.read, name)
	if r.members[name].Kind() == '"' {
		return []string{r.text(name)}
	}
	list, err := r.members.texts(name)
	r.failed = r.failed || err != nil
	return list
}

// lastSecond is the end of the year 9999, the last that Go's and everybody
// else's time formats can write.
const lastSecond = 253402300799

// time reads seconds since 1970 (RFC 7519 section 2, NumericDate, here without
// fraction); zero if it is absent.
func (r *reader) time(name string) time.Time {
	r.read = append(r.read, name)
	n, found, err := r.members.integer(name)
	if err != nil || n > lastSecond || n < -lastSecond {
		r.failed = true
	}
	if !found || r.failed {
		return time.Time{}
	}
	return time.Unix(n, 0)
}

// rest decodes the members not read so far, but for those named.
func (r *reader) rest(except ...string) map[string]any {
	extra := make(map[string]any)
	for name, value := range r.members {
		if slices.Contains(r.read, name) || slices.Contains(except, name) {
			continue
		}
		var v any
		if json.Unmarshal(jsontext.Value(value), &v, jsonnumber.Bounded) != nil {
			r.failed = true
			return nil
		}
		extra[name] = v
	}
	return extra
}
