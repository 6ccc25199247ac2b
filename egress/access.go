package egress

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// HeaderSecret is where the secret of a port may stand, beside Authorization and
// Proxy-Authorization.
const HeaderSecret = "X-Egress-Secret"

// access is who may use a listener.
type access struct {
	socket bool              // its user is known
	secret [sha256.Size]byte // of a port
}

// Port returns what serves a port of loopback, for whoever has the secret.
func (e *Egress) Port(secret string) http.Handler {
	return &entrance{e, access{secret: sha256.Sum256([]byte(secret))}}
}

// Socket returns what serves a Unix socket whose listener admits the right users only.
func (e *Egress) Socket() http.Handler { return &entrance{e, access{socket: true}} }

// entrance is one of the listeners.
type entrance struct {
	*Egress
	access access
}

// ServeHTTP implements [http.Handler].
func (in *entrance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := in.begin(w, r)
	defer x.finish()
	x.serve(in.access)
}

// judge returns the word for which a request goes no further, "" if there is none. What
// a page of a browser could send is refused before the secret is looked at.
func (a access) judge(r *http.Request, t target) refusal.Word {
	switch {
	case r.Method == http.MethodConnect:
		return refusal.ConnectRefused
	case len(r.Header["Origin"]) > 0:
		return refusal.OriginRefused
	case a.socket:
		return ""
	case !t.proxied && !t.byAuthority && !isOwnHost(r.Host):
		return refusal.HostRefused
	case a.knows(r.Header):
		return ""
	case t.proxied:
		return refusal.ProxySecret
	}
	return refusal.SecretRequired
}

// isOwnHost judges a Host header: a page that had its own name resolved to this port
// (DNS rebinding) comes by that name. The port is not looked at: it may be mapped.
func isOwnHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// knows reports whether a request has the secret, wherever its client can put it. All
// places are looked at: the time that takes says nothing of which was right.
func (a access) knows(h http.Header) bool {
	known := 0
	for _, candidate := range []string{
		first(h, HeaderSecret), credential(first(h, "Proxy-Authorization")), credential(first(h, "Authorization")),
	} {
		sum := sha256.Sum256([]byte(candidate))
		known |= subtle.ConstantTimeCompare(sum[:], a.secret[:])
	}
	return known == 1
}

// credential returns the token of Bearer or the password of Basic, whatever the user's
// name is: that is what clients make of the address http://agent:SECRET@127.0.0.1.
func credential(header string) string {
	scheme, rest, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(rest)
	}
	r := http.Request{Header: http.Header{"Authorization": {header}}}
	_, password, _ := r.BasicAuth()
	return password
}

// first returns a header that is there once; of two nobody knows which is meant.
func first(h http.Header, name string) string {
	if values := h.Values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}
