package settings

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// checkOrigin wants a URL without a path: an agent is served at / and nowhere else.
func checkOrigin(text string) (normal, problem string) {
	normal, problem = checkURL(text, "http", "https")
	if problem != "" {
		return normal, problem
	}
	if u, err := url.Parse(normal); err == nil && u.Path != "" {
		return text, fmt.Sprintf("must not have the path %s: the agent is served at / and nowhere else", printable(u.Path))
	}
	return normal, ""
}

// What people copy behind an address that the agent joins paths to. The longest
// stands first.
var (
	adminEndings  = []string{"/admin/oauth2/introspect", "/admin/clients", "/admin", "/health/ready", "/health/alive"}
	publicEndings = []string{"/.well-known/openid-configuration", "/.well-known/jwks.json", "/.well-known", "/oauth2/token", "/oauth2/auth", "/oauth2", "/health/ready", "/health/alive"}
	caEndings     = []string{"/roots.pem", "/1.0/sign", "/1.0/roots", "/provisioners", "/roots", "/sign", "/health"}
)

// cutEnding takes off one of the endings, and says which; "" for none.
func cutEnding(text string, endings []string) (rest, found string) {
	text = strings.TrimRight(text, "/")
	for _, ending := range endings {
		if rest, ok := strings.CutSuffix(text, ending); ok {
			return strings.TrimRight(rest, "/"), ending
		}
	}
	return text, ""
}

// trimEndings reads an address that was given with a path of the API behind it
// as the address itself.
func (l agentRules) trimEndings() {
	trimEnding(l.loader, &l.s.Hydra.AdminURL, adminEndings)
	trimEnding(l.loader, &l.s.Hydra.PublicURL, publicEndings)
	trimEnding(l.loader, &l.s.MTLS.CAURL, caEndings)
}

func trimEnding[T ~string](l *loader, address *T, endings []string) {
	if rest, found := cutEnding(string(*address), endings); found != "" {
		l.warn("%s ends in %s, which the agent adds itself: it is read as %s", l.name(address), found, rest)
		*address = T(rest)
	}
}

// checkLoopback wants what no other machine answers at.
func checkLoopback(text string) (wrong string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "":
	case u.Scheme == "unix" && u.Host == "" && strings.HasPrefix(u.Path, "/") && !strings.HasSuffix(u.Path, "/"):
		return ""
	case u.Scheme == "http" && isLoopback(u.Hostname()) && (u.Port() == "" || isPort(u.Port())):
		return ""
	case u.Scheme == "https":
		return "must begin with http:// or unix://: what is on this machine needs no TLS"
	case u.Scheme == "http" && u.Host != "":
		return "must be on loopback, such as http://127.0.0.1:9000: who asks is told there without a proof of ours that others could check"
	}
	return "must look like http://127.0.0.1:9000 or unix:///run/agent.sock"
}

// checkModelURL keeps a key from going over a network in plain text.
func checkModelURL(text string) (normal, wrong string) {
	normal, wrong = checkURL(text, "http", "https")
	if wrong != "" {
		return normal, wrong
	}
	if u, err := url.Parse(normal); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return text, "must begin with https:// unless it is on loopback: the key would go over the network in plain text"
	}
	return normal, ""
}
