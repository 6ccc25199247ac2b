package peer_test

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// presented notes the certificates that an agent was called with.
type presented struct {
	next    http.Handler
	mu      sync.Mutex
	serials []string
}

func (p *presented) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.serials = append(p.serials, r.TLS.PeerCertificates[0].SerialNumber.Text(16))
	p.mu.Unlock()
	p.next.ServeHTTP(w, r)
}

// A connection that is in use does not keep a certificate in use: the next
// request after a rotation presents the new one.
func TestTheNextCallPresentsTheNewCertificate(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	served := &presented{next: &v1Agent{}}
	url, _ := serve(t, ca, critic, served)
	source := newSource(t, ca, poet)
	c := newClient(t, ca, newKey(t), func(cfg *peer.Config) { cfg.Source = source })
	var want []string
	for range 3 {
		for range 2 {
			if _, err := c.Send(t.Context(), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}, "hi"); err != nil {
				t.Fatal(err)
			}
			want = append(want, source.Current().Serial())
		}
		if err := source.Swap(&mtls.Identity{Certificate: ca.Issue(issuer, poet), Roots: ca.Roots()}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(served.serials, want) {
		t.Errorf("presented %v, want %v", served.serials, want)
	}
}

// Nor does it keep trust in use: once the peer's CA is gone from the roots, no
// request goes out on a connection from before.
func TestAnOpenConnectionDoesNotOutliveTheTrustInItsCA(t *testing.T) {
	ours, theirs := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	both := slices.Concat(ours.Roots(), theirs.Roots())
	sourceOf := func(ca *stepcatest.CA, name string) *mtls.Source {
		s, err := mtls.NewSource(&mtls.Identity{Certificate: ca.Issue(issuer, name), Roots: both}, mtls.SourceConfig{Issuer: issuer})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	served := &presented{next: &v1Agent{}}
	url := serveAs(t, sourceOf(theirs, critic), served)
	source := sourceOf(ours, poet)
	c := newClient(t, ours, newKey(t), func(cfg *peer.Config) { cfg.Source = source })
	p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}
	if _, err := c.Send(t.Context(), p, "hi"); err != nil {
		t.Fatal(err)
	}
	if err := source.SetRoots(ours.Roots()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), p, "hi"); !errors.Is(err, mtls.ErrUnknownCA) {
		t.Errorf("error %v, want ErrUnknownCA", err)
	}
	if len(served.serials) != 1 {
		t.Errorf("%d requests arrived, want the first alone", len(served.serials))
	}
}
