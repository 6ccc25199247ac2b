package registrar

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// MaxBody is the longest body of a request, in bytes.
const MaxBody = 8 << 10

// Bounds of the members of a registration, in bytes.
const (
	maxName = 128
	maxURL  = 512
	// minSecret is what 256 bits take in base64url; more than maxSecret some
	// password hashes cut off in silence.
	minSecret, maxSecret = 43, 72
)

// Secret is a client secret. Nothing prints it.
type Secret string

// String leaves the secret out.
func (Secret) String() string { return "a client secret" }

// Format leaves the secret out, whatever the verb.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, s.String()) }

// MarshalText leaves the secret out of JSON too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue leaves the secret out.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Registration is what an agent asks for.
type Registration struct {
	// Key is the agent's public key.
	Key ed25519.PublicKey
	// Secret is the client's from now on: the agent has stored it already.
	Secret Secret
	// Name and URL are what the agent says of itself; either may be empty.
	Name, URL string
	// NewSecret says that the secret was made after the last one had been ended.
	NewSecret bool
	// Token is an enrolment token, empty where the agent has none.
	Token Secret
}

// bodyMembers are all that a body may have, each a string.
var bodyMembers = map[string]func(*Registration, string) *Refusal{
	"publicKey":      (*Registration).setKey,
	"clientSecret":   (*Registration).setSecret,
	"name":           (*Registration).setName,
	"url":            (*Registration).setURL,
	"newSecret":      (*Registration).setNewSecret,
	"enrolmentToken": (*Registration).setToken,
}

// parseRegistration reads a body whose length is bounded. What it does not
// understand it refuses.
func parseRegistration(body []byte) (reg Registration, refused *Refusal) {
	members := make(map[string]func(string) *Refusal)
	for name, set := range bodyMembers {
		members[name] = func(text string) *Refusal { return set(&reg, text) }
	}
	refused = readMembers(body, RegistrationInvalid, members)
	if refused == nil && (reg.Key == nil || reg.Secret == "") {
		refused = invalid("The members publicKey and clientSecret are needed.")
	}
	return reg, refused
}

func (x *exchange) parseRegistration() (refused *Refusal) {
	x.reg, refused = parseRegistration(x.body)
	return refused
}

// readMembers reads a JSON object that has only such members, each a string. word is
// for one that has others.
func readMembers(body []byte, word refusal.Word, known map[string]func(text string) *Refusal) *Refusal {
	switch {
	case !utf8.Valid(body):
		return refuse(refusal.BodyNotUTF8, nil)
	case jsonrpc.TooDeep(body, jsonrpc.MaxDepth):
		return refuse(refusal.JSONTooDeep, nil)
	case jsonrpc.HasDuplicateNames(body):
		return refuse(refusal.JSONDuplicateKey, nil)
	}
	var members map[string]jsontext.Value
	if jsontext.Value(body).Kind() != '{' || json.Unmarshal(body, &members) != nil {
		return refuse(refusal.JSONMalformed, nil)
	}
	for name, value := range members {
		set := known[name]
		if set == nil {
			return &Refusal{Word: word, Hint: "There is a member that this request does not have."}
		}
		var text string
		if value.Kind() != '"' || json.Unmarshal(value, &text) != nil {
			return &Refusal{Word: word, Hint: "The member " + name + " must be a string."}
		}
		if r := set(text); r != nil {
			return r
		}
	}
	return nil
}

func invalid(hint string) *Refusal { return &Refusal{Word: RegistrationInvalid, Hint: hint} }

func (reg *Registration) setKey(text string) *Refusal {
	key, err := did.DecodePublicKey(text)
	switch {
	case errors.Is(err, did.ErrWeakKey):
		return refuse(refusal.KeyWeak, err)
	case err != nil:
		return invalid("The member publicKey must be an Ed25519 public key in base58.")
	}
	reg.Key = key
	return nil
}

// setSecret wants base64url without padding. Whether it is random cannot be seen,
// but that it is not: of 32 random bytes, fewer than half are never distinct.
func (reg *Registration) setSecret(text string) *Refusal {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if len(text) < minSecret || len(text) > maxSecret || err != nil {
		return refuse(SecretWeak, nil)
	}
	distinct := make(map[byte]bool)
	for _, b := range raw {
		distinct[b] = true
	}
	if len(distinct) < 16 {
		return refuse(SecretWeak, nil)
	}
	reg.Secret = Secret(text)
	return nil
}

func (reg *Registration) setName(text string) *Refusal {
	if !isVisible(text) {
		return invalid("The member name must have no characters that are not seen, such as control characters or those that turn the direction of writing.")
	}
	if len(text) > maxName {
		return invalid(fmt.Sprintf("The member name may have at most %d bytes.", maxName))
	}
	reg.Name = text
	return nil
}

// isVisible reports whether a text shows what it is wherever it is shown. Two joiners are
// part of some scripts, and of pictures.
func isVisible(text string) bool {
	const joiners = "\u200c\u200d"
	return !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsGraphic(c) && !strings.ContainsRune(joiners, c) })
}

func (reg *Registration) setURL(text string) *Refusal {
	u, err := url.Parse(text)
	if len(text) > maxURL || err != nil || !isVisible(text) || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return invalid(fmt.Sprintf("The member url must be an http or https URL of at most %d bytes, without user.", maxURL))
	}
	reg.URL = text
	return nil
}

func (reg *Registration) setNewSecret(text string) *Refusal {
	if text != "true" {
		return invalid("The member newSecret is \"true\" or not there.")
	}
	reg.NewSecret = true
	return nil
}

// setToken keeps a text that can be no token as one that nobody has: whoever needs a
// token learns that it is none, and whoever needs none is not asked for one.
func (reg *Registration) setToken(text string) *Refusal {
	reg.Token = Secret(text)
	if !isTokenText(text) {
		reg.Token = malformedToken
	}
	return nil
}

// malformedToken stands for any text that can be no token, and is none itself.
const malformedToken Secret = "malformed"
