package settings

import "fmt"

// The types of settings that are several texts. What each must satisfy is the
// type's to say.
type (
	// Words are texts that are fit to be printed.
	Words []string
	// Argv is a program and its arguments.
	Argv []string
	// EnvNames are names of variables that are not the agent's own.
	EnvNames []string
	// Hosts are IP addresses or host names.
	Hosts []string
	// Networks are ranges of IP addresses.
	Networks []string
	// Issuers are issuers of tokens, byte for byte.
	Issuers []string
	// Algorithms are signature algorithms that need a key of the issuer's own.
	Algorithms []string
	// DIDs are names of agents.
	DIDs []string
	// Callers are names of callers as the log shows them.
	Callers []string
	// Scopes are scope tokens of RFC 6749.
	Scopes []string
	// Claims are names with the value each must have, "" for any.
	Claims map[string]string
	// Pins are public keys in base58 by DID.
	Pins map[string]string
	// Permissions are, by method, those of which a caller needs one.
	Permissions map[string][]string
)

// decodeList reads a list of texts that each pass the check.
func decodeList[L ~[]string](to *L, text string, check func(string) (wrong string)) error {
	words, wrong := parseList(text)
	if wrong != "" {
		return invalid(wrong)
	}
	for _, word := range words {
		if wrong := check(word); wrong != "" {
			return invalid(fmt.Sprintf("%s: %s", printable(word), wrong))
		}
	}
	*to = words
	return nil
}

// Decode implements envconfig.Decoder.
func (w *Words) Decode(text string) error { return decodeList(w, text, checkText) }

// Decode implements envconfig.Decoder.
func (a *Argv) Decode(text string) error {
	argv, wrong := splitCommand(text)
	return assign(a, argv, wrong)
}

// Decode implements envconfig.Decoder.
func (n *EnvNames) Decode(text string) error { return decodeList(n, text, checkEnvName) }

// Decode implements envconfig.Decoder.
func (h *Hosts) Decode(text string) error { return decodeList(h, text, checkHost) }

// Decode implements envconfig.Decoder.
func (n *Networks) Decode(text string) error { return decodeList(n, text, checkNetwork) }

// Decode implements envconfig.Decoder.
func (i *Issuers) Decode(text string) error {
	return decodeList(i, text, func(issuer string) string { return checkIssuer(issuer, "https") })
}

// Decode implements envconfig.Decoder.
func (a *Algorithms) Decode(text string) error { return decodeList(a, text, checkAlgorithm) }

// Decode implements envconfig.Decoder.
func (d *DIDs) Decode(text string) error { return decodeList(d, text, checkDID) }

// Decode implements envconfig.Decoder.
func (c *Callers) Decode(text string) error { return decodeList(c, text, checkCallerName) }

// Decode implements envconfig.Decoder.
func (s *Scopes) Decode(text string) error { return decodeList(s, text, checkScope) }

// Decode implements envconfig.Decoder.
func (c *Claims) Decode(text string) error {
	m, wrong := parseMap(text)
	return assign(c, m, wrong)
}

// Decode implements envconfig.Decoder.
func (p *Pins) Decode(text string) error {
	m, wrong := parseMap(text)
	if wrong == "" {
		wrong = checkPins(m)
	}
	return assign(p, m, wrong)
}

// Decode implements envconfig.Decoder.
func (p *Permissions) Decode(text string) error {
	m, wrong := parseListMap(text)
	return assign(p, m, wrong)
}
