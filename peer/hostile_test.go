package peer_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func replaceID(body, id string) string { return strings.ReplaceAll(body, `"ID"`, `"`+id+`"`) }

// Somebody else at the address: neither the card is asked for nor a message
// sent.
func TestHostile022PeerDIDMismatch(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	url, rec := serve(t, ca, clerk, routes{map[string]string{pathV1: cardV1(clerk)}, (&v1Agent{}).ServeHTTP})
	c := newClient(t, ca, newKey(t))
	_, discovered := c.Discover(t.Context(), url, parse(t, critic))
	_, sent := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi")
	for _, err := range []error{discovered, sent} {
		mismatch, ok := errors.AsType[*mtls.PeerMismatchError](err)
		if !ok || mismatch.Want.String() != critic || mismatch.Got.String() != clerk {
			t.Errorf("error %v, want one that names both DIDs", err)
		}
	}
	if n := len(rec.requests()); n != 0 {
		t.Errorf("%d requests reached the wrong peer", n)
	}
}

// A connection that is kept open belongs to one DID: another agent called at
// the same address gets a handshake of its own.
func TestConnectionsAreNotSharedBetweenDIDs(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	url, rec := serve(t, ca, critic, routes{map[string]string{pathV1: cardV1(critic)}, (&v1Agent{}).ServeHTTP})
	c := newClient(t, ca, newKey(t))
	p, err := c.Discover(t.Context(), url, parse(t, critic))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), p, "hi"); err != nil {
		t.Fatal(err)
	}
	before := len(rec.requests())
	p.DID = parse(t, clerk)
	if _, err := c.Send(t.Context(), p, "hi"); !errors.Is(err, mtls.ErrPeerMismatch) {
		t.Errorf("error %v, want a mismatch", err)
	}
	if len(rec.requests()) != before {
		t.Error("the request went out on the other agent's connection")
	}
}

// What the critic receives is of no use to it at the clerk's: the schemes
// that bind name the recipient.
func TestHostile043RelayedRequestDoesNotVerify(t *testing.T) {
	for _, offered := range []string{schemesBoth, schemesAll} {
		ca, key := stepcatest.NewCA(t, nil), newKey(t)
		url, rec := serve(t, ca, critic, routes{map[string]string{pathV1: cardV1(critic, offered)}, (&v1Agent{}).ServeHTTP})
		c := newClient(t, ca, key)
		p, err := c.Discover(t.Context(), url, did.DID{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Send(t.Context(), p, "hi"); err != nil {
			t.Fatal(err)
		}
		if scheme, err := rec.calls()[0].signedFor(t, clerk, key); !errors.Is(err, did.ErrSignatureMismatch) || !scheme.Binds() {
			t.Errorf("at the clerk's, %s: %v, want a mismatch", scheme, err)
		}
	}
}

func TestHostile125Cards(t *testing.T) {
	huge := `{"name":"` + strings.Repeat("x", card.MaxSize) + `"}`
	for name, test := range map[string]struct {
		card    string
		want    string
		wantErr error
	}{
		"larger than any card":      {huge, critic, peer.ErrCard},
		"not JSON":                  {"<html>", critic, peer.ErrCard},
		"of another DID":            {cardV1(clerk), critic, peer.ErrCardMismatch},
		"of another DID, unpinned":  {cardV1(clerk), "", peer.ErrCardMismatch},
		"of nobody":                 {`{"name":"critic","url":"https://x"}`, critic, peer.ErrCardMismatch},
		"of two":                    {cardV1(critic, `{"uri":"`+clerk+`"}`), critic, peer.ErrCard},
		"of a name that is no DID":  {cardV1("did:bindu:a b"), critic, peer.ErrCard},
		"with a member twice":       {`{"name":"a","name":"b"}`, critic, peer.ErrCard},
		"of an unknown protocol":    {strings.ReplaceAll(cardV1(critic), "1.0", "7.0"), critic, peer.ErrCard},
		"without an endpoint":       {`{"capabilities":{"extensions":[{"uri":"` + critic + `"}]}}`, critic, peer.ErrCard},
		"with members of any shape": {strings.Replace(cardV1(critic), `"name"`, `"skills":7,"provider":[],"iconUrl":null,"name"`, 1), critic, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			url, _ := serve(t, ca, critic, routes{cards: map[string]string{pathV1: test.card}})
			var want did.DID
			if test.want != "" {
				want = parse(t, test.want)
			}
			if _, err := newClient(t, ca, newKey(t)).Discover(t.Context(), url, want); !errors.Is(err, test.wantErr) {
				t.Errorf("error %v, want %v", err, test.wantErr)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	target, elsewhere := serve(t, ca, critic, routes{cards: map[string]string{pathV1: cardV1(critic)}})
	url, _ := serve(t, ca, critic, http.RedirectHandler(target, http.StatusTemporaryRedirect))
	c := newClient(t, ca, newKey(t))
	if _, err := c.Discover(t.Context(), url, did.DID{}); !errors.Is(err, peer.ErrRedirect) {
		t.Errorf("card: %v", err)
	}
	if _, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi"); !errors.Is(err, peer.ErrRedirect) {
		t.Errorf("message: %v", err)
	}
	if n := len(elsewhere.requests()); n != 0 {
		t.Errorf("%d requests followed the redirect", n)
	}
}

func TestTheHTTPClientServesOnePeer(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	url, _ := serve(t, ca, critic, routes{})
	other, rec := serve(t, ca, critic, routes{})
	client, err := newClient(t, ca, newKey(t)).HTTPClient(peer.Peer{DID: parse(t, critic), URL: url})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(other)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, peer.ErrAddress) {
		t.Errorf("error %v, want ErrAddress", err)
	}
	if len(rec.requests()) != 0 {
		t.Error("another host was asked")
	}
}

func TestAddresses(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	secure := newClient(t, ca, newKey(t))
	plain := newClient(t, ca, newKey(t), func(c *peer.Config) { c.Source = nil })
	for address, c := range map[string]*peer.Client{
		"":                             secure,
		"localhost:3773":               secure,
		"http://127.0.0.1:3773":        secure,
		"https://user:pw@host":         secure,
		"https://host?x=1":             secure,
		"https://host#x":               secure,
		"https:///path":                secure,
		"file:///etc/passwd":           secure,
		"gopher://host":                secure,
		"https://127.0.0.1:3773":       plain,
		"http://192.0.2.1:3773":        plain,
		"http://agent.example:3773":    plain,
		"http://169.254.169.254/":      plain,
		"http://[::ffff:192.0.2.1]:80": plain,
	} {
		if _, err := c.Discover(t.Context(), address, did.DID{}); !errors.Is(err, peer.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// remote is a connection that seems to lead somewhere.
type remote struct {
	net.Conn
	wrote bool
}

func (r *remote) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }
func (r *remote) Write(p []byte) (int, error) {
	r.wrote = true
	return len(p), nil
}

// A name that looks local and resolves to another machine gets nothing.
func TestPlainHTTPStaysOnThisMachine(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	conn := &remote{Conn: near}
	c := newClient(t, stepcatest.NewCA(t, nil), newKey(t), func(cfg *peer.Config) {
		cfg.Source = nil
		cfg.DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	})
	if _, err := c.Discover(t.Context(), "http://localhost:3773", did.DID{}); !errors.Is(err, peer.ErrAddress) {
		t.Errorf("error %v, want ErrAddress", err)
	}
	if _, err := near.Write(nil); conn.wrote || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("something was sent, or the connection is open: %v", err)
	}
}

// A peer that never stops talking is cut off, whatever it claims to answer.
func TestEndlessAnswersAreCut(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	for status, want := range map[int]error{http.StatusOK: peer.ErrTooLarge, http.StatusForbidden: nil} {
		url, _ := serve(t, ca, critic, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}))
		c := newClient(t, ca, newKey(t))
		_, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi")
		if want != nil && !errors.Is(err, want) {
			t.Errorf("status %d: %v, want %v", status, err, want)
		}
		if refusal, ok := errors.AsType[*peer.Refusal](err); want == nil && (!ok || refusal.Status != status) {
			t.Errorf("status %d: %v, want a refusal", status, err)
		}
	}
}
