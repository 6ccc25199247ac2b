package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"
)

// state is everything that follows from one identity. It is immutable, so a
// handshake sees one certificate and one set of roots from start to end.
type state struct {
	source     *Source
	generation uint64
	identity   *Identity
	pool       *x509.CertPool
	roots      map[string]struct{} // raw certificates, for a lookup without hashing
	server     *tls.Config
}

func (s *Source) newState(id *Identity, generation uint64) *state {
	st := &state{
		source:     s,
		generation: generation,
		identity:   id,
		pool:       newPool(id.Roots),
		roots:      make(map[string]struct{}, len(id.Roots)),
	}
	for _, root := range id.Roots {
		st.roots[string(root.Raw)] = struct{}{}
	}
	st.server = st.serverConfig()
	return st
}

// certificate returns our certificate as long as it is worth presenting.
func (st *state) certificate(now time.Time) (*tls.Certificate, error) {
	if now.After(st.identity.NotAfter()) {
		return nil, fmt.Errorf("%w: at %s", ErrOwnCertificateExpired, st.identity.NotAfter().UTC().Format(time.RFC3339))
	}
	return &st.identity.Certificate, nil
}

// trusts reports whether the verified chain is within its validity and ends in a root that is still ours.
func (st *state) trusts(chain []*x509.Certificate, now time.Time) error {
	for _, cert := range chain {
		if err := checkValidity(cert, now); err != nil {
			return err
		}
	}
	if len(chain) == 0 {
		return ErrUnknownCA
	}
	if _, ok := st.roots[string(chain[len(chain)-1].Raw)]; !ok {
		return fmt.Errorf("%w any more", ErrUnknownCA)
	}
	return nil
}
