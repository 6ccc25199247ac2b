package egress

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// HeaderPeer names the peer of a gRPC call, whose path has no room for it.
const HeaderPeer = "X-Egress-Peer"

// prefix stands before the name of a peer in a path.
const prefix = "/peer/"

// target is whom a request is for, and for what there.
type target struct {
	name        string // as it was said: of a peer, or host:port
	path        string // escaped, begins with a slash
	query       string
	proxied     bool // the request line has the address of the peer
	byAuthority bool // HTTP/2 names the peer as its host
}

// targetOf reads the target of a request. Nothing in it is decoded or cleaned, so that
// what is asked for has one spelling. The word says what is wrong with it.
func targetOf(r *http.Request) (t target, wrong refusal.Word) {
	t.path, t.query = r.URL.EscapedPath(), r.URL.RawQuery
	rest, byName := strings.CutPrefix(t.path, prefix)
	switch {
	case r.Method == http.MethodConnect:
		return t, "" // there is a word for that
	case r.URL.IsAbs() || r.URL.Host != "":
		t.proxied, t.name = true, hostPort(r.URL.Host, r.URL.Scheme)
		if r.URL.Scheme != "http" {
			return t, refusal.PathMalformed
		}
	case byName:
		t.name, t.path, _ = strings.Cut(rest, "/")
		t.path = "/" + t.path
	case isGRPC(r):
		t.name = first(r.Header, HeaderPeer)
		if t.name == "" {
			t.name, t.byAuthority = authority(r.Host), true
		}
	}
	if t.name == "" || !isPlain(t.path, t.query) {
		return t, refusal.PathMalformed
	}
	return t, ""
}

func isGRPC(r *http.Request) bool {
	return grpcframe.SaysGRPC(r.Header.Get("Content-Type"))
}

// authority is the name of a peer in the host of a request: NAME or NAME.localhost, with
// any port, or host and port of a peer.
func authority(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".localhost")
	if peerName.MatchString(name) && name != "localhost" {
		return name
	}
	return hostPort(host, "")
}

// hostPort completes an address of the request line. Clients leave out the port that the
// scheme has of itself; what is listed with TLS is then meant at its own.
func hostPort(host, scheme string) string {
	if _, port, err := net.SplitHostPort(host); err == nil && (port != "80" || scheme != "http") {
		return host
	}
	u := url.URL{Host: host}
	return u.Hostname()
}

// isPlain refuses a path that two readers could read differently: with empty or dotted
// segments, or with slashes and the like in disguise.
func isPlain(path, query string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, `\;`) || strings.ContainsAny(query, "#") {
		return false
	}
	lower := strings.ToLower(path)
	for _, disguised := range []string{"%2f", "%5c", "%00", "%25", "%3b"} {
		if strings.Contains(lower, disguised) {
			return false
		}
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		last := i == len(segments)-1
		if err != nil || s == "" && !last || plain != "" && strings.Trim(plain, ".") == "" {
			return false
		}
	}
	return true
}

// find returns the listed peer that is meant.
func (p *Peers) find(t target) (Peer, bool) {
	if !t.proxied {
		if found, ok := p.Named(t.name); ok || !t.byAuthority {
			return found, ok
		}
	}
	if _, _, err := net.SplitHostPort(t.name); err == nil {
		return p.At(t.name)
	}
	port := "443"
	if p.plain {
		port = "80"
	}
	return p.At(net.JoinHostPort(t.name, port))
}
