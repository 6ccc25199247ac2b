package mtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// An open connection is asked on each request whether it would be let in now:
// it follows the roots both ways and the clock, along the whole chain.
func TestAnOpenConnectionFollowsTheRootsAndTheClock(t *testing.T) {
	ours, theirs := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	server := identity(ours, bob)
	server.Roots = append(ours.Roots(), theirs.Roots()...)
	source := newSource(t, server)
	chain := func(ca *stepcatest.CA, options ...stepcatest.Option) []*x509.Certificate {
		return append([]*x509.Certificate{ca.Issue(issuer, alice.String(), options...).Leaf, ca.Intermediate}, ca.Roots()...)
	}
	open := func(chains ...[]*x509.Certificate) *tls.ConnectionState {
		return &tls.ConnectionState{PeerCertificates: chains[0], VerifiedChains: chains}
	}
	good, foreign := chain(ours), chain(theirs)
	expect := func(when string, cs *tls.ConnectionState, want error) {
		t.Helper()
		if err := source.CheckPeer(cs); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	expect("both roots are trusted", open(foreign), nil)
	expect("the leaf has ended", open(chain(theirs, stepcatest.Expired())), mtls.ErrExpired)
	expect("the leaf is of tomorrow", open(chain(theirs, stepcatest.Valid(24*time.Hour, 48*time.Hour))), mtls.ErrNotYetValid)
	ended := *ours.Intermediate
	ended.NotAfter = time.Now().Add(-time.Minute)
	expect("the intermediate has ended", open([]*x509.Certificate{good[0], &ended, good[2]}), mtls.ErrExpired)
	expect("one of two ways has ended", open([]*x509.Certificate{good[0], &ended, good[2]}, good), nil)
	expect("a chain of nothing", &tls.ConnectionState{PeerCertificates: good, VerifiedChains: [][]*x509.Certificate{{}}}, mtls.ErrUnknownCA)
	expect("a chain that nobody verified", &tls.ConnectionState{PeerCertificates: good}, mtls.ErrUnknownCA)

	if err := source.SetRoots(ours.Roots()); err != nil {
		t.Fatal(err)
	}
	expect("its root is gone", open(foreign), mtls.ErrUnknownCA)
	expect("one of two roots is gone", open(foreign, good), nil)
	expect("the others stay", open(good), nil)
	if err := source.SetRoots(server.Roots); err != nil {
		t.Fatal(err)
	}
	expect("its root is back", open(foreign), nil)
}
