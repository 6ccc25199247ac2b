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

// Between a session and its resumption a root can be dropped and a certificate
// can end. Whether or not crypto/tls looks again, the hook of the state that is
// in force then does.
func TestWhatChangedSinceTheSessionIsSeenOnItsResumption(t *testing.T) {
	ours, theirs := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	server := identity(ours, bob)
	server.Roots = append(ours.Roots(), theirs.Roots()...)
	for name, test := range map[string]struct {
		chain  func() tls.ConnectionState
		change func(*testing.T, *mtls.Source)
		want   error
	}{
		"nothing": {chain: resumed(theirs)},
		"its root was dropped": {chain: resumed(theirs), change: func(t *testing.T, s *mtls.Source) {
			if err := s.SetRoots(ours.Roots()); err != nil {
				t.Error(err)
			}
		}, want: mtls.ErrUnknownCA},
		"its root was dropped, others' stay": {chain: resumed(ours), change: func(t *testing.T, s *mtls.Source) {
			if err := s.SetRoots(ours.Roots()); err != nil {
				t.Error(err)
			}
		}},
		"it has ended":              {chain: resumed(theirs, stepcatest.Expired()), want: mtls.ErrExpired},
		"it is not yet valid again": {chain: resumed(theirs, stepcatest.Valid(time.Hour, 2*time.Hour)), want: mtls.ErrNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			source := newSource(t, server)
			if test.change != nil {
				test.change(t, source)
			}
			config, err := source.ServerConfig().GetConfigForClient(&tls.ClientHelloInfo{})
			if err != nil {
				t.Fatal(err)
			}
			if err := config.VerifyConnection(test.chain()); !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

// resumed is what a resumed session shows of a client's certificate.
func resumed(ca *stepcatest.CA, options ...stepcatest.Option) func() tls.ConnectionState {
	return func() tls.ConnectionState {
		cert := ca.Issue(issuer, alice.String(), options...)
		return tls.ConnectionState{DidResume: true, PeerCertificates: []*x509.Certificate{cert.Leaf, ca.Intermediate}}
	}
}
