package egress

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzTarget: whatever is in a request line, what is passed on is a plain path of a
// listed peer.
func FuzzTarget(f *testing.F) {
	for _, target := range []string{
		"/peer/critic/", "/peer/critic", "/peer/critic/tasks/x:cancel?a=b", "/peer/../critic/", "/peer/critic/%2e%2e/x", "/peer/critic//x", "/peer/critic/a%2fb",
		"http://critic.example:3773/x", "http://critic.example/", "http://evil.example/", "http://user@critic.example:3773/", "//evil.example/peer/critic/", "*", "/",
		`/peer/critic/\..\x`, "/peer/critic/;x", "/peer/critic/#x", "/peer/critic/?#x", "http://critic.example:3773/peer/critic/..",
	} {
		f.Add(target, "127.0.0.1:3775", "application/json")
	}
	f.Add("/lf.a2a.v1.A2AService/SendMessage", "critic.localhost:3775", "application/grpc")
	l, err := parsePeers([]byte("peers: {critic: {url: 'https://critic.example:3773'}}"), false)
	if err != nil {
		f.Fatal(err)
	}
	p := &Peers{}
	p.listed.Store(l)
	f.Fuzz(func(t *testing.T, line, host, contentType string) {
		u, err := url.ParseRequestURI(line)
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodPost, URL: u, Host: host, Header: http.Header{"Content-Type": {contentType}}}
		to, wrong := targetOf(r)
		if wrong != "" {
			return
		}
		found, ok := p.find(to)
		if !ok {
			return
		}
		if found.Name != "critic" {
			t.Fatalf("%q is for %q", line, found.Name)
		}
		plain, err := url.PathUnescape(to.path)
		if err != nil || !strings.HasPrefix(plain, "/") || strings.Contains(plain, "//") || strings.ContainsAny(plain, "\\\x00") {
			t.Fatalf("%q is passed on as %q", line, to.path)
		}
		for segment := range strings.SplitSeq(plain, "/") {
			if segment == "." || segment == ".." {
				t.Fatalf("%q is passed on as %q", line, to.path)
			}
		}
	})
}

// Clients leave out the port that their scheme has of itself, and mean the peer's own.
func TestAPeerIsMeantByItsAddress(t *testing.T) {
	l, err := parsePeers([]byte("peers: {critic: {url: 'https://Critic.example:3773'}, clerk: {url: 'https://clerk.example'}, six: {url: 'https://[::1]:3773/agents/x/'}}"), false)
	if err != nil {
		t.Fatal(err)
	}
	p := &Peers{}
	p.listed.Store(l)
	for line, want := range map[string]string{
		"http://critic.example:3773/": "critic", "http://CRITIC.example:3773/": "critic", "http://critic.example/": "", "http://critic.example:443/": "",
		"http://clerk.example/": "clerk", "http://clerk.example:443/": "clerk", "http://clerk.example:80/": "clerk", "http://clerk.example:8080/": "",
		"http://[::1]:3773/": "six", "/peer/clerk/": "clerk", "/peer/six": "six", "/peer/nobody/": "",
	} {
		u, err := url.ParseRequestURI(line)
		if err != nil {
			t.Fatal(err)
		}
		to, wrong := targetOf(&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}})
		if found, _ := p.find(to); wrong != "" || found.Name != want {
			t.Errorf("%s: %q, want %q (%s)", line, found.Name, want, wrong)
		}
	}
}
