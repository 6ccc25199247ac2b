package peer

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// checkToken refuses a token that names one of [Config.ForbiddenAudiences], and one that
// says its audiences in a way that two readers could read differently. What is no JWS
// says nothing of audiences here.
func (c *Client) checkToken(token string) error {
	if len(c.cfg.ForbiddenAudiences) == 0 {
		return nil
	}
	payload, ok := payloadOf(token)
	if !ok {
		return nil
	}
	audiences, err := audiencesOf(payload)
	if err != nil {
		return fmt.Errorf("%w: its audiences cannot be read", ErrToken)
	}
	for _, audience := range audiences {
		if slices.Contains(c.cfg.ForbiddenAudiences, audience) {
			return fmt.Errorf("%w: the one that was given is for %q, and whom we call could use it there", ErrToken, audience)
		}
	}
	return nil
}

// payloadOf returns the claims of a JWS in compact form (RFC 7515 section 3.1); false
// for any other token. Padding is no fault: there are readers that take it.
func payloadOf(token string) (jsontext.Value, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	value := jsontext.Value(payload)
	return value, err == nil && value.Kind() == jsontext.KindBeginObject
}

// audiencesOf reads aud (RFC 7519 section 4.1.3), in any case of letters: Go's own
// decoder would take it so.
func audiencesOf(payload jsontext.Value) ([]string, error) {
	var claims struct {
		Audience jsontext.Value `json:"aud"`
	}
	if err := json.Unmarshal(payload, &claims, json.MatchCaseInsensitiveNames(true)); err != nil {
		return nil, err
	}
	switch claims.Audience.Kind() {
	case jsontext.KindInvalid, jsontext.KindNull: // there is none
		return nil, nil
	case jsontext.KindString:
		return []string{textOf(claims.Audience)}, nil
	}
	var list []string
	err := json.Unmarshal(claims.Audience, &list)
	return list, err
}
