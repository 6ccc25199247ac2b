package identity

import (
	"net/url"
	"strings"
)

// tokenName is how the name of a caller without a DID begins.
const tokenName = "oauth:"

// Name identifies the caller among all callers: in limits, quotas and the policy,
// as the owner of tasks, in the log and towards a backend. It is the DID or, for a
// token-only caller, issuer, client id and subject, each escaped so that no two
// callers have one name and no DID can look like it. The subject may be empty.
//
// It is "" for a caller whose proofs do not say who it is: without a DID it takes
// an issuer and a client id. Nothing may be admitted, counted or kept for it.
//
// Tasks are kept under this name, so its form must not change.
func (c Caller) Name() string {
	switch {
	case !c.DID.IsZero():
		return c.DID.String()
	case c.Claims.Issuer == "" || c.Claims.ClientID == "":
		return ""
	default:
		return tokenName + url.QueryEscape(c.Claims.Issuer) + ":" + url.QueryEscape(c.Claims.ClientID) +
			":" + url.QueryEscape(c.Claims.Subject)
	}
}

// IsTokenName reports whether text has the form of the name of a caller without a
// DID, byte for byte as [Caller.Name] writes it.
func IsTokenName(text string) bool {
	parts, ok := strings.CutPrefix(text, tokenName)
	if !ok {
		return false
	}
	issuer, rest, _ := strings.Cut(parts, ":")
	client, subject, _ := strings.Cut(rest, ":")
	var c Caller
	// What cannot be unescaped becomes another text, and so another name.
	c.Claims.Issuer, _ = url.QueryUnescape(issuer)
	c.Claims.ClientID, _ = url.QueryUnescape(client)
	c.Claims.Subject, _ = url.QueryUnescape(subject)
	return c.Name() == text
}
