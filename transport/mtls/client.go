package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// ClientConfig returns a configuration for dialling peer. It presents the
// certificate that is current at each handshake, and it ends the handshake,
// before any byte of a request leaves, unless the server proves that DID:
// chain to our roots, serverAuth, name. With the zero DID any DID of our
// issuer is accepted; [PeerDID] then tells which one answered.
//
// There is no host name check. Certificates of agents carry no host names, and
// an address proves nothing about who listens there. [Source.NewTransport]
// makes an HTTP client out of this that follows rotations.
func (s *Source) ClientConfig(peer did.DID) *tls.Config {
	cfg := s.clientBase()
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return s.state.Load().certificate(s.cfg.Now())
	}
	sessions := newSessionCache(s.cfg.Now, func() uint64 { return s.state.Load().generation })
	cfg.ClientSessionCache = sessions
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		return sessions.observe(cs, s.state.Load().verifyServer(cs, peer))
	}
	return cfg
}

// clientConfig is the same with one identity for ever.
func (st *state) clientConfig(peer did.DID) *tls.Config {
	cfg := st.source.clientBase()
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return st.certificate(st.source.cfg.Now())
	}
	sessions := newSessionCache(st.source.cfg.Now, func() uint64 { return st.generation })
	cfg.ClientSessionCache = sessions
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		return sessions.observe(cs, st.verifyServer(cs, peer))
	}
	return cfg
}

// clientBase turns the standard verification off because it cannot do without
// a host name; verifyServer does all of it, on resumed sessions too.
func (s *Source) clientBase() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         []string{"http/1.1"},
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies chain, usage and DID
		Time:               s.cfg.Now,
	}
}

func (st *state) verifyServer(cs tls.ConnectionState, peer did.DID) error {
	return verifyServer(cs, st.pool, st.source.cfg.Issuer, peer, st.source.cfg.Now())
}

// verifyServer verifies chain, usage and name of a server's certificate.
func verifyServer(cs tls.ConnectionState, roots *x509.CertPool, issuer string, peer did.DID, now time.Time) error {
	if len(cs.PeerCertificates) == 0 {
		return ErrNoCertificate
	}
	if err := checkLeaf(cs.PeerCertificates[0], x509.ExtKeyUsageServerAuth); err != nil {
		return err
	}
	if err := verifyChain(cs.PeerCertificates, roots, x509.ExtKeyUsageServerAuth, now); err != nil {
		return err
	}
	got, err := PeerDID(&cs, issuer)
	if err != nil {
		return err
	}
	if !peer.IsZero() && got != peer {
		return &PeerMismatchError{Want: peer, Got: got}
	}
	return nil
}
