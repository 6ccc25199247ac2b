package mtls

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// SourceConfig says how a [Source] treats its peers.
type SourceConfig struct {
	// Issuer is the OpenID issuer in front of the DID in every certificate, byte for byte.
	Issuer string
	// RequireClientCert refuses the handshake of a client without a
	// certificate. Without it such a client connects, and the gate decides
	// what it may see; a certificate that is presented is verified all the same.
	RequireClientCert bool
	// NextProtos are the application protocols a server offers, best first;
	// by default h2 and http/1.1. Clients of ours ask for http/1.1, which is
	// the faster of the two for short messages.
	NextProtos []string
	// Authorize, if set, may refuse a client by its DID; it runs at every
	// handshake, resumed ones too, and must not block. A certificate that
	// names no DID is not asked about: it finishes the handshake so that the
	// gate can answer with a reason.
	Authorize func(did.DID) error
	// OnReject, if set, is told of every failed handshake of a [Listener]. The
	// reason is one of the stable words of [Reason], remote the address of the
	// peer. It must not block.
	OnReject func(reason, remote string, err error)
	// HandshakeTimeout bounds a handshake on a [Listener]; 10 s by default.
	HandshakeTimeout time.Duration
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// Logger receives rotations and trust changes; nothing is logged by default.
	Logger *slog.Logger
}

// Source hands the current identity to the TLS stack. It is ready when
// [NewSource] returns, owns no goroutine, and is safe for concurrent use.
type Source struct {
	cfg   SourceConfig
	self  did.DID
	mu    sync.Mutex // held by writers
	state atomic.Pointer[state]
}

// NewSource returns a Source that presents id, which must verify.
func NewSource(id *Identity, cfg SourceConfig) (*Source, error) {
	cfg = cfg.withDefaults()
	if id == nil || id.Leaf() == nil {
		return nil, ErrNoCertificate
	}
	self, err := leafDID(id.Leaf(), cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("own certificate: %w", err)
	}
	if err := id.Verify(self, cfg.Issuer, cfg.Now()); err != nil {
		return nil, fmt.Errorf("own certificate: %w", err)
	}
	s := &Source{cfg: cfg, self: self}
	s.state.Store(s.newState(id, 1))
	return s, nil
}

func (cfg SourceConfig) withDefaults() SourceConfig {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if len(cfg.NextProtos) == 0 {
		cfg.NextProtos = []string{"h2", "http/1.1"}
	}
	if cfg.HandshakeTimeout <= 0 {
		cfg.HandshakeTimeout = 10 * time.Second
	}
	return cfg
}

// DID returns the name in our own certificate; it never changes.
func (s *Source) DID() did.DID { return s.self }

// Current returns the identity presented at this moment.
func (s *Source) Current() *Identity { return s.state.Load().identity }

// Swap presents id from now on, to new connections; open ones stay. An
// identity that does not verify, or that belongs to another DID, is refused
// and the old one kept.
func (s *Source) Swap(id *Identity) error {
	if id == nil {
		return ErrNoCertificate
	}
	if err := id.Verify(s.self, s.cfg.Issuer, s.cfg.Now()); err != nil {
		return fmt.Errorf("new certificate: %w", err)
	}
	s.publish(func(*Identity) *Identity { return id })
	s.cfg.Logger.Info("certificate rotated", "serial", id.Serial(), "not_after", id.NotAfter())
	return nil
}

// SetRoots replaces the CAs we trust and keeps our certificate. A CA that is
// no longer among them is refused at once: at new handshakes, on resumed
// sessions, and by [Source.CheckPeer] on open connections.
func (s *Source) SetRoots(roots []*x509.Certificate) error {
	if err := checkRoots(roots); err != nil {
		return err
	}
	roots = slices.Clone(roots)
	s.publish(func(current *Identity) *Identity {
		return &Identity{Certificate: current.Certificate, Roots: roots}
	})
	s.cfg.Logger.Info("trusted CAs changed", "count", len(roots))
	return nil
}

func (s *Source) publish(next func(current *Identity) *Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	current := s.state.Load()
	s.state.Store(s.newState(next(current.identity), current.generation+1))
}

// checkRoots refuses an empty list, which would lock everybody out, and a
// certificate that is no CA's, which as a root would be trusted as itself.
func checkRoots(roots []*x509.Certificate) error {
	if len(roots) == 0 {
		return fmt.Errorf("%w: there is none", ErrBadRoots)
	}
	for _, root := range roots {
		if !root.BasicConstraintsValid || !root.IsCA {
			return fmt.Errorf("%w: %q is not a CA certificate", ErrBadRoots, root.Subject.CommonName)
		}
	}
	return nil
}
