package admin

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// ownNames refuses requests for another host. The admin port asks for no
// credentials, and a page in a browser on this machine may have its own name
// resolved to the admin port's address (DNS rebinding): then the browser takes
// what it reads there for the page's own. A page has to come by a name for that,
// so addresses are taken, and of names only localhost and the configured ones.
func ownNames(names []string, log *slog.Logger, next http.Handler) http.Handler {
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isOwnName(r.Host, names) {
			next.ServeHTTP(w, r)
			return
		}
		once.Do(func() {
			log.Warn("admin port: a request for another host was refused; if it was an honest one, add the name to NETWORK__ADMIN_HOSTS",
				"host", r.Host[:min(len(r.Host), 128)])
		})
		writeJSON(w, http.StatusMisdirectedRequest, map[string]string{"error": "this is not the host that was asked for"})
	})
}

// isOwnName judges a Host header. An empty one, as in HTTP/1.0, comes from no browser.
func isOwnName(host string, names []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "" || host == "localhost" {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return strings.EqualFold(strings.TrimSuffix(name, "."), host)
	})
}
