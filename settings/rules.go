package settings

import (
	"encoding/hex"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// checkURL wants an absolute URL without credentials, query or fragment, and
// takes the slash off its end so that paths can be joined to it.
func checkURL(text string, schemes ...string) (normal, problem string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return text, "must be a URL such as https://host:port"
	case !slices.Contains(schemes, u.Scheme):
		return text, "must begin with " + strings.Join(schemes, ":// or ") + "://"
	case u.User != nil:
		return text, "must not contain a user name or password"
	case u.Port() != "" && !isPort(u.Port()):
		return text, "must have a port from 1 to 65535"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return text, "must not have a query or fragment"
	}
	return strings.TrimRight(text, "/"), ""
}

// checkIssuer wants a URL and leaves it byte for byte: issuers are compared,
// not opened, and Auth0's end in a slash.
func checkIssuer(text string, schemes ...string) (problem string) {
	_, problem = checkURL(text, schemes...)
	if _, found := cutEnding(text, publicEndings); problem == "" && found != "" {
		problem = "must be the issuer itself, without " + found + ": the agent adds that"
	}
	return problem
}

func checkHost(text string) (problem string) {
	if _, err := netip.ParseAddr(text); err == nil {
		return ""
	}
	if text == "*" {
		return "must be an address; every interface is 0.0.0.0, or :: with IPv6"
	}
	if !isHostname(text) {
		return "must be an IP address or a host name, without scheme, port or brackets"
	}
	return ""
}

func checkNetwork(text string) (problem string) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		return "must be a range of IP addresses such as 10.1.0.0/16, or 10.1.2.3/32 for one"
	case p.Addr().Is4In6():
		return "must be written as a range of IPv4"
	case p != p.Masked():
		return "has bits behind its length: write " + p.Masked().String()
	}
	return ""
}

func checkDomain(text string) (problem string) {
	if !isHostname(text) || !strings.Contains(text, ".") {
		return "must be a bare host name, without https:// and without a slash"
	}
	return ""
}

// isHostname follows RFC 1123 2.1, and allows the underscore that container
// names have.
func isHostname(text string) bool {
	text = strings.TrimSuffix(text, ".")
	if text == "" || len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool {
			return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
		}) {
			return false
		}
	}
	return true
}

// checkFingerprints wants the SHA-256 of a certificate, with or without colons,
// or several with commas between.
func checkFingerprints(text string) (normal, problem string) {
	all := strings.Split(strings.ToLower(strings.ReplaceAll(text, ":", "")), ",")
	for i, one := range all {
		all[i] = strings.TrimSpace(one)
		if digest, err := hex.DecodeString(all[i]); err != nil || len(digest) != 32 {
			return text, "must be a SHA-256 fingerprint: 64 hexadecimal digits, as `step certificate fingerprint` prints; several with commas between"
		}
	}
	return strings.Join(all, ","), ""
}

// checkDID is a first look only; identity/did judges a DID in full.
func checkDID(text string) (problem string) {
	if !strings.HasPrefix(text, "did:") || len(text) > 512 || strings.Count(text, ":") < 2 ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("/?#", r) }) {
		return "must be a DID"
	}
	return ""
}

// checkCallerName wants the name of a caller as the gates and the log have it: a
// DID or, for a caller without one, issuer, client id and subject.
func checkCallerName(text string) (problem string) {
	parts, ok := strings.CutPrefix(text, "oauth:")
	if !ok {
		return checkDID(text)
	}
	// Issuer and client have to be there: package identity gives no name without.
	issuer, rest, _ := strings.Cut(parts, ":")
	switch {
	case strings.Count(rest, ":") != 1:
		return "must be a DID, or oauth:ISSUER:CLIENT:SUBJECT as the log shows it"
	case issuer == "":
		return "names no issuer: in oauth:ISSUER:CLIENT:SUBJECT the issuer may not be empty"
	case strings.HasPrefix(rest, ":"):
		return "names no client: in oauth:ISSUER:CLIENT:SUBJECT the client may not be empty"
	default:
		return checkText(text)
	}
}

// algorithms are the signatures a token may have; every one of them needs a
// key that only the issuer holds (RFC 7518 3.1, RFC 8037).
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

func checkAlgorithm(text string) (problem string) {
	if slices.Contains(algorithms, text) {
		return ""
	}
	if upper := strings.ToUpper(text); upper == "NONE" || strings.HasPrefix(upper, "HS") {
		return "cannot be used: anyone could make such a token"
	}
	return "must be one of " + strings.Join(algorithms, ", ") + didYouMean(text, algorithms)
}

func checkText(text string) (problem string) {
	switch {
	case len(text) > 4096:
		return "is too long"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "must not contain control characters"
	}
	return ""
}

// checkPath refuses the one abbreviation that only a shell understands.
func checkPath(text string) (problem string) {
	if strings.HasPrefix(text, "~") {
		return "must be written out: ~ is a shell's abbreviation"
	}
	return checkText(text)
}

// checkScope follows the scope-token of RFC 6749 3.3.
func checkScope(text string) (problem string) {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return "must be printable ASCII without spaces and quotation marks"
	}
	return ""
}

// checkPins is a first look at DID=KEY pairs; identity/did decodes the keys.
func checkPins(pins map[string]string) (problem string) {
	for did, key := range pins {
		if problem := checkDID(did); problem != "" {
			return printable(did) + " " + problem
		}
		if len(key) < 32 || len(key) > 44 || strings.ContainsFunc(key, func(r rune) bool {
			return !strings.ContainsRune("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", r)
		}) {
			return "the key of " + printable(did) + " must be the base58 of 32 bytes"
		}
	}
	return ""
}
