package mtls

import (
	"crypto/tls"
	"crypto/x509"
)

// ServerConfig returns the configuration of a listener. Every connection gets
// the immutable configuration of the identity that is current when it arrives;
// session ticket keys belong to the returned value, so sessions outlive a
// rotation, but not the trust in their client's CA.
//
// No ClientHello obtains anything else: neither an unknown application
// protocol, which ends the handshake, nor a server name has a configuration of
// its own. While our certificate is expired every handshake fails.
func (s *Source) ServerConfig() *tls.Config {
	cfg := s.serverBase()
	cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		st := s.state.Load()
		if _, err := st.certificate(s.cfg.Now()); err != nil {
			return nil, err
		}
		return st.server, nil
	}
	return cfg
}

func (s *Source) serverBase() *tls.Config {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: s.cfg.NextProtos,
		ClientAuth: tls.VerifyClientCertIfGiven,
		Time:       s.cfg.Now,
	}
	if s.cfg.RequireClientCert {
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return cfg
}

func (st *state) serverConfig() *tls.Config {
	cfg := st.source.serverBase()
	cfg.Certificates = []tls.Certificate{st.identity.Certificate}
	cfg.ClientCAs = st.pool
	cfg.VerifyConnection = st.verifyClient
	return cfg
}

// verifyClient runs after crypto/tls has verified the chain, and on resumed
// sessions, where it has not.
func (st *state) verifyClient(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		if st.source.cfg.RequireClientCert {
			return ErrNoCertificate
		}
		return nil
	}
	if err := checkLeaf(cs.PeerCertificates[0], x509.ExtKeyUsageClientAuth); err != nil {
		return err
	}
	if cs.DidResume {
		if err := verifyChain(cs.PeerCertificates, st.pool, x509.ExtKeyUsageClientAuth, st.source.cfg.Now()); err != nil {
			return err
		}
	}
	return st.source.authorize(&cs)
}

func (s *Source) authorize(cs *tls.ConnectionState) error {
	if s.cfg.Authorize == nil {
		return nil
	}
	peer, err := PeerDID(cs, s.cfg.Issuer)
	if err != nil {
		return nil // the gate answers, with a reason that a TLS alert cannot carry
	}
	if err := s.cfg.Authorize(peer); err != nil {
		return &notAuthorizedError{peer: peer, cause: err}
	}
	return nil
}

// CheckPeer tells whether the peer of an open connection of a server would
// still be let in now: its chain is within its validity and its CA is still
// trusted. It costs no signature check, so it can run on each request. Errors:
// [ErrNoCertificate], [ErrExpired], [ErrNotYetValid], [ErrUnknownCA].
func (s *Source) CheckPeer(cs *tls.ConnectionState) error {
	if cs == nil || len(cs.PeerCertificates) == 0 {
		return ErrNoCertificate
	}
	st, now := s.state.Load(), s.cfg.Now()
	err := error(ErrUnknownCA)
	for _, chain := range cs.VerifiedChains {
		if err = st.trusts(chain, now); err == nil {
			return nil
		}
	}
	return err
}
