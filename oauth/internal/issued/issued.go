// Package issued reads what a token endpoint answers when it gives a token
// (RFC 6749 section 5.1). It is strict about what a token is used by and
// lenient where issuers differ: Entra's v1 endpoints write numbers as text.
package issued

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/oauth"
)

// Limits on an answer.
const (
	// MaxLifetime is the longest lifetime of a token taken for sensible.
	MaxLifetime = 10 * 366 * 24 * time.Hour
	maxDigits   = 32
)

// Token is an issued access token.
type Token struct {
	// Value is a b64token (RFC 6750 section 2.1). Do not print or log it.
	Value string
	// Lifetime is 0 if the authority did not say: good for one use.
	Lifetime time.Duration
}

// Success reports whether an answer with this status carries a token. The
// specification knows 200 alone; some gateways answer 201 to what creates something.
func Success(status int) bool { return status == http.StatusOK || status == http.StatusCreated }

// Parse reads the body of a successful answer whose token has at most maxBytes
// bytes. Any fault is oauth.ErrInvalidResponse; its text names the member that
// cannot be used and repeats nothing of the body.
func Parse(body []byte, maxBytes int) (Token, error) {
	var answer map[string]jsontext.Value
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &answer) != nil {
		return Token{}, fmt.Errorf("%w: the token answer is not a strict JSON object (duplicate names are refused)", oauth.ErrInvalidResponse)
	}
	value, ok := text(answer["access_token"])
	if !ok || !WellFormed(value, maxBytes) {
		return Token{}, unusable(answer, "access_token", "a bearer token of at most "+strconv.Itoa(maxBytes)+" bytes")
	}
	if kind, ok := text(answer["token_type"]); !ok || !strings.EqualFold(kind, "bearer") {
		return Token{}, unusable(answer, "token_type", "Bearer")
	}
	seconds, ok := number(answer["expires_in"])
	if !ok || seconds < 0 || seconds > MaxLifetime.Seconds() {
		return Token{}, unusable(answer, "expires_in", "a number of seconds, at most ten years")
	}
	return Token{value, time.Duration(seconds * float64(time.Second))}, nil
}

func unusable(answer map[string]jsontext.Value, member, want string) error {
	state := "is not"
	if _, ok := answer[member]; !ok {
		state = "is missing: it must be"
	}
	return fmt.Errorf("%w: %s of the token answer %s %s", oauth.ErrInvalidResponse, member, state, want)
}

func text(v jsontext.Value) (s string, ok bool) {
	return s, v.Kind() == '"' && json.Unmarshal(v, &s) == nil
}

// number reads a JSON number, or the same as text. Absent and null are 0.
func number(v jsontext.Value) (seconds float64, ok bool) {
	digits := string(v)
	switch v.Kind() {
	case 0, 'n': // invalid JSON does not come here, so 0 is a member that is absent
		return 0, true
	case '"':
		// No more than JSON itself would take for a number: ParseFloat knows
		// hexadecimal, infinities and underscores as well.
		if digits, ok = text(v); !ok || jsontext.Value(digits).Kind() != '0' || !jsontext.Value(digits).IsValid() || strings.TrimSpace(digits) != digits {
			return 0, false
		}
	case '0':
	default:
		return 0, false
	}
	if len(digits) > maxDigits {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(digits, 64)
	return seconds, err == nil && !math.IsNaN(seconds)
}

// WellFormed reports whether s is a b64token (RFC 6750 section 2.1) of at most
// maxBytes.
func WellFormed(s string, maxBytes int) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
	body := strings.TrimRight(s, "=")
	return body != "" && len(s) <= maxBytes && strings.Trim(body, alphabet) == ""
}
