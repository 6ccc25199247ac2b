package mtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Who has no certificate yet demands the same of a server as everybody else.
func TestAnUncertifiedClientSpeaksToTheNamedServerAlone(t *testing.T) {
	ca, other := stepcatest.NewCA(t, time.Now), stepcatest.NewCA(t, time.Now)
	for name, tt := range map[string]struct {
		shows tls.Certificate
		peer  did.DID
		roots *x509.CertPool
		most  uint16
		want  error // nil where the connection stands
	}{
		"the one":                 {ca.Issue(issuer, bob.String()), bob, ca.Pool(), 0, nil},
		"another agent":           {ca.Issue(issuer, carol.String()), bob, ca.Pool(), 0, mtls.ErrPeerMismatch},
		"yet another agent":       {ca.Issue(issuer, alice.String()), bob, ca.Pool(), 0, mtls.ErrPeerMismatch},
		"a CA that is not ours":   {other.Issue(issuer, bob.String()), bob, ca.Pool(), 0, mtls.ErrUnknownCA},
		"no CA is trusted yet":    {ca.Issue(issuer, bob.String()), bob, nil, 0, mtls.ErrUnknownCA},
		"nobody is named":         {ca.Issue(issuer, bob.String()), did.DID{}, ca.Pool(), 0, mtls.ErrPeerMismatch},
		"the name under another":  {ca.Issue("https://other.test", bob.String()), bob, ca.Pool(), 0, mtls.ErrIssuerMismatch},
		"it has expired":          {ca.Issue(issuer, bob.String(), stepcatest.Expired()), bob, ca.Pool(), 0, mtls.ErrExpired},
		"it is for clients alone": {ca.Issue(issuer, bob.String(), stepcatest.ClientOnly()), bob, ca.Pool(), 0, mtls.ErrBadEKU},
		"it is a CA itself":       {ca.Issue(issuer, bob.String(), stepcatest.AsCA()), bob, ca.Pool(), 0, mtls.ErrIsCA},
		"TLS 1.2":                 {ca.Issue(issuer, bob.String()), bob, ca.Pool(), tls.VersionTLS12, errAnything},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := mtls.UncertifiedConfig(tt.peer, issuer, func() *x509.CertPool { return tt.roots }, time.Now)
			ours, theirs := net.Pipe()
			served := make(chan struct{})
			go func() {
				defer close(served)
				defer theirs.Close()
				_ = tls.Server(theirs, &tls.Config{Certificates: []tls.Certificate{tt.shows}, MaxVersion: tt.most}).Handshake() //nolint:gosec // one row is about an old version
			}()
			err := tls.Client(ours, cfg).HandshakeContext(t.Context())
			_ = ours.Close()
			<-served
			if ok := errors.Is(err, tt.want) || tt.want == errAnything && err != nil; !ok {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// errAnything stands for any error.
var errAnything = errors.New("anything")
