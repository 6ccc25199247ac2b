package push_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/push"
)

// forbidden are URLs that nobody may have called.
var forbidden = []string{
	"https://127.0.0.1/", "https://127.255.255.254/", "https://[::1]/", "https://10.1.2.3/", "https://172.31.0.1/", "https://192.168.1.1/",
	"https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/",
	"https://100.64.0.1/", "https://100.127.255.255/", "https://0.0.0.0/", "https://[::]/", "https://0.1.2.3/", "https://255.255.255.255/", "https://240.0.0.1/",
	"https://224.0.0.1/", "https://[ff02::1]/", "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://198.18.0.1/", "https://198.19.255.255/",
	"https://192.0.0.8/", "https://192.88.99.1/", "https://[2001:db8::1]/", "https://[3fff::1]/",
	"https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:8.8.8.8]/", "https://[::127.0.0.1]/", "https://[::8.8.8.8]/",
	"https://[64:ff9b::7f00:1]/", "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[64:ff9b:1::8.8.8.8]/", "https://[64:ff9b:1::1]/",
	"https://[2002:7f00:1::]/", "https://[2002:808:808::1]/", "https://[2001:0:7f00:1::1]/", "https://[2001::1]/", "https://[fec0::1]/", "https://[100::1]/", "https://[5f00::1]/",
	"http://2130706433", "https://2130706433/", "https://0x7f.1/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.0.01/", "https://1.2.3.4./",
	"https://127.0.0.1.1/", "https://example.0x7f/", "https://example.1/", "https://[127.0.0.1]/", "https://[1::2::3]/", "https://8.8.8.8:443@127.0.0.1/",
	"https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://localhost./",
	"https://user@example.com/", "https://user:password@example.com/", "https://@example.com/", "https://example.com@evil.example/",
	"http://example.com/", "http://8.8.8.8/", "HTTPS://example.com/", "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "//example.com/", "example.com", "https:example.com", "https:///path", "https://", "https:/example.com", "",
	"https://example.com:0/", "https://example.com:65536/", "https://example.com:/", "https://example.com:00443/", "https://example.com:+1/", "https://example.com:http/",
	"https://example.com/#fragment", "https://example.com#", "https://exa mple.com/", "https://example.com/a b", "https://example.com/\r\nX: y", "https://example.com/\x00", "https://example.com\\@evil.example/", "https://example.com/ü", "https://exämple.com/",
	"https://example..com/", "https://.example.com/", "https://-example.com/", "https://example-.com/", "https://exam_ple.com/", "https://exam%70le.com/", "https://example.com./",
	"https://" + strings.Repeat("a", 64) + ".com/", "https://example.com/" + strings.Repeat("a", 2048),
}

// TestHostile121URLsThatAreNotCalled: whoever spells them however.
func TestHostile121URLsThatAreNotCalled(t *testing.T) {
	t.Parallel()
	for _, u := range forbidden {
		why := push.Networks{}.Check(u)
		if why == "" {
			t.Errorf("%q is called", u)
		}
		if len(u) > 12 && strings.Contains(why, u) {
			t.Errorf("%q is repeated: %s", u, why)
		}
	}
}

// TestURLsThatAreCalled: the public internet, with TLS.
func TestURLsThatAreCalled(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"https://example.com", "https://example.com/hook?token=x%20y&z=(1)", "https://EXAMPLE.com:8443/", "https://a-b.c1.example:1/", "https://8.8.8.8/", "https://[2606:4700:4700::1111]:443/",
		"https://[64:ff9b::808:808]/", "https://hooks/", "https://7.example/", "https://1e3.example.com/", "https://example.com:65535/",
	} {
		if why := (push.Networks{}).Check(u); why != "" {
			t.Errorf("%q: %s", u, why)
		}
	}
}

// TestNetworksThatAreAllowed: what the operator names is called, with and without TLS, and
// nothing else is.
func TestNetworksThatAreAllowed(t *testing.T) {
	t.Parallel()
	n := push.Networks{Allowed: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32"), netip.MustParsePrefix("127.0.0.1/32")}}
	for u, called := range map[string]bool{
		"https://10.1.2.3/": true, "http://10.1.2.3:8080/": true, "https://[fd00:1::1]/": true, "http://127.0.0.1:1/": true, "http://localhost/": true, "http://hook.internal/": true, "https://example.com/": true,
		"https://10.2.0.1/": false, "http://10.2.0.1/": false, "https://[fd00:2::1]/": false, "https://127.0.0.2/": false, "http://8.8.8.8/": false, "https://[::ffff:10.1.2.3]/": false, "file://10.1.2.3/": false, "https://user@10.1.2.3/": false,
		"https://169.254.169.254/": false,
	} {
		if why := n.Check(u); (why == "") != called {
			t.Errorf("%s: %q", u, why)
		}
	}
}

// FuzzCheck: what is taken, net/url and netip read as it was judged.
func FuzzCheck(f *testing.F) {
	for _, u := range append(forbidden, "https://example.com/hook", "https://8.8.8.8:444/?a=b", "https://[2606:4700::1]/") {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if (push.Networks{}).Check(text) != "" {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || u.Hostname() == "" || u.Opaque != "" {
			t.Fatalf("%q was taken: %+v, %v", text, u, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.Is4In6()) {
			t.Fatalf("%q was taken", text)
		}
		if strings.ContainsAny(u.Host, "@\\ \t\r\n%") {
			t.Fatalf("%q was taken: host %q", text, u.Host)
		}
	})
}
