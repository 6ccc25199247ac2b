package push_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/getbindu/bindu-go/push"
)

// resolver answers every name with what addresses returns then.
func resolver(t *testing.T, addresses func() []netip.Addr) *net.Resolver {
	t.Helper()
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			answerNames(theirs, addresses)
		}()
		return ours, nil
	}}
}

// answerNames answers questions as they come over TCP, each with its length before it.
func answerNames(conn net.Conn, addresses func() []netip.Addr) {
	buffer := make([]byte, 2<<10)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		if n == 2 { // the length alone
			more, err := conn.Read(buffer[2:])
			if err != nil {
				return
			}
			n += more
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[2:n]) != nil {
			return
		}
		m.Response, m.Additionals = true, nil
		for _, a := range addresses() {
			header := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET}
			switch {
			case m.Questions[0].Type == dnsmessage.TypeA && a.Is4():
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
			case m.Questions[0].Type == dnsmessage.TypeAAAA && !a.Is4():
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
			}
		}
		out, err := m.Pack()
		if err != nil {
			return
		}
		if _, err := conn.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...)); err != nil {
			return
		}
	}
}

// named is a URL of a hook by a name.
func named(t *testing.T, h *hook, scheme string) string {
	t.Helper()
	u, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s://hook.example.com:%s/", scheme, u.Port())
}

// TestHostile122NamesOfOurOwnNetwork: whatever a name stood for when the webhook was made,
// what it stands for when it is called is looked at, each address of it.
func TestHostile122NamesOfOurOwnNetwork(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1", "127.0.0.2", "::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "0.0.0.0", "::", "fe80::1", "fd00:ec2::254", "2002:7f00:1::1"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			w, h := newWorld(t), newHook(t, nil)
			w.submit(alice, named(t, h, "https"), nil)
			s := w.start(func(c *push.Config) {
				c.Networks = push.Networks{}
				c.Resolver = resolver(t, func() []netip.Addr { return []netip.Addr{netip.MustParseAddr(address)} })
			})
			w.until("it is given up", func() bool { w.pass(time.Hour, s); return w.count(push.GivenUp) == 1 })
			if len(h.told()) > 0 || !strings.Contains(w.log.String(), "forbidden address") {
				t.Errorf("told %s\n%s", h.told(), w.log)
			}
		})
	}
}

// TestHostile122ANameThatMovesToAnAddressOfOurs: rebinding, between two calls and with a
// second address beside a good one. Where the operator allows the address, it is called.
func TestHostile122ANameThatMoves(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	var moved atomic.Bool
	id := w.submit(alice, named(t, h, "http"), nil)
	s := w.start(func(c *push.Config) {
		c.Resolver = resolver(t, func() []netip.Addr {
			if moved.Load() {
				return []netip.Addr{netip.MustParseAddr("127.0.0.3"), netip.MustParseAddr("::1")}
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		})
	})
	w.until("it is delivered", func() bool { return w.count(push.Delivered) == 1 })
	h.CloseClientConnections() // else the one that was looked at is used again
	moved.Store(true)
	w.move(alice, id, "TASK_STATE_WORKING")
	s.News(alice, id)
	w.until("it is not", func() bool { return w.count(push.Failed) == 1 })
	if n := len(h.told()); n != 1 {
		t.Errorf("called %d times", n)
	}
}

// TestHostile122Redirects: an answer that names another address is an answer, no more.
func TestHostile122Redirects(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			w, other := newWorld(t), newHook(t, nil)
			h := newHook(t, func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
			w.submit(alice, h.URL, nil)
			w.start(nil)
			w.until("it is not delivered", func() bool { return w.count(push.Failed) == 1 })
			if told := other.told(); len(told) > 0 {
				t.Errorf("it was followed: %s", told)
			}
		})
	}
}

// TestHostile122NoProxyIsAsked: it would resolve the name for us, and look at nothing.
func TestHostile122NoProxyIsAsked(t *testing.T) {
	w, h, proxy := newWorld(t), newHook(t, nil), newHook(t, nil)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	w.submit(alice, named(t, h, "http"), nil)
	w.start(func(c *push.Config) {
		c.Resolver = resolver(t, func() []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} })
	})
	w.until("it is delivered", func() bool { return w.count(push.Delivered) == 1 })
	if told := proxy.told(); len(told) > 0 || len(h.told()) != 1 {
		t.Errorf("the proxy was asked: %s", told)
	}
}

// TestWebhooksAreVerified: by the roots that are given, and by no others; and they see no
// certificate of ours.
func TestWebhooksAreVerified(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), &hook{}
	asks := make(chan int, 1)
	h.answer = func(_ int, _ http.ResponseWriter, r *http.Request) { asks <- len(r.TLS.PeerCertificates) }
	h.Server = httptest.NewUnstartedServer(h)
	h.Server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	h.Server.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	w.submit(alice, h.URL, nil)
	stranger := w.start(func(c *push.Config) { c.Roots = x509.NewCertPool() })
	w.until("a stranger is not believed", func() bool { return w.count(push.Failed) == 1 })
	stranger.Close()
	if len(h.told()) > 0 {
		t.Error("it was told")
	}
	s := w.start(func(c *push.Config) { c.Roots = roots })
	w.until("it is delivered", func() bool { w.pass(time.Minute, s); return w.count(push.Delivered) == 1 })
	if n := <-asks; n != 0 {
		t.Errorf("it saw %d certificates", n)
	}
}

// TestSettingsOfTodayCount: a webhook that was made when its network was allowed is not
// called any more.
func TestSettingsOfTodayCount(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	w.submit(alice, h.URL, nil)
	w.start(func(c *push.Config) { c.Networks = push.Networks{} })
	w.until("it is not delivered", func() bool { return w.count(push.Failed) == 1 })
	if len(h.told()) > 0 {
		t.Error("it was called")
	}
}
