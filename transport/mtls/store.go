package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// Store keeps an identity from one start to the next; [DirStore] is one.
type Store interface {
	// Load returns the identity of d that was saved last. [ErrNoIdentity]: there
	// is none that can be used now. Any other error must not be mended by enrolling.
	Load(d did.DID, issuer string) (*Identity, error)
	// Save replaces what is kept, whole or, with an error, not at all.
	Save(*Identity) error
}

// Files of the directory, in the formats of the Python reference, and the one
// that makes replacing them a single step.
const (
	keyFile     = "tls_key.pem"   // PKCS#8, 0600
	certFile    = "tls_cert.pem"  // leaf, then intermediates, 0644
	bundleFile  = "ca_bundle.pem" // trusted roots, 0644
	stagingFile = "tls_next.pem"  // all three, 0600, present only while they are replaced
)

const (
	modeSecret fs.FileMode = 0o600
	modePublic fs.FileMode = 0o644
	maxPEMFile             = 2 << 20
)

// DirStore keeps an identity in the agent's directory. Key, certificate and
// roots change together: whatever moment a crash picks, Load returns the old
// three or the new three.
type DirStore struct {
	dir Files
	now func() time.Time
}

// NewDirStore returns a store in dir; the clock is time.Now when nil.
func NewDirStore(dir Files, now func() time.Time) *DirStore {
	if now == nil {
		now = time.Now
	}
	return &DirStore{dir: dir, now: now}
}

// Load returns the stored identity of d if it can be used now. An identity that
// is absent, damaged, expired, or another's is [ErrNoIdentity], with the
// reason; its files stay for whoever wants to look, until the next Save. What
// somebody else could have read or replaced is no miss but the directory's error.
func (s *DirStore) Load(d did.DID, issuer string) (*Identity, error) {
	usable := func(id *Identity, err error) (*Identity, error) {
		if err == nil {
			err = id.Verify(d, issuer, s.now())
		}
		if err != nil {
			return nil, err
		}
		return id, nil
	}
	staged, serr := usable(s.loadStaged())
	if unsafeFile(serr) {
		return nil, serr
	}
	id, err := usable(s.loadFiles())
	if unsafeFile(err) {
		return nil, err
	}
	switch {
	case staged != nil && (id == nil || !staged.Leaf().NotBefore.Before(id.Leaf().NotBefore)):
		return staged, s.rollForward(staged)
	case id != nil:
		return id, nil
	default:
		return nil, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
}

func unsafeFile(err error) bool {
	return errors.Is(err, safefile.ErrInsecurePermissions) || errors.Is(err, safefile.ErrUnsafePath)
}

// rollForward finishes a Save that was interrupted. On a disk that cannot be
// written the staging file remains, and it is as good as the three; the next
// Save will report the disk.
func (s *DirStore) rollForward(id *Identity) error {
	if err := s.writeFiles(id); unsafeFile(err) {
		return err
	}
	return nil
}

// Save replaces the stored identity. After an error Load returns either the
// old or the new one, never a mixture.
func (s *DirStore) Save(id *Identity) error {
	staged, err := encodeStaged(id)
	if err != nil {
		return err
	}
	if err := s.dir.WriteFile(stagingFile, staged, modeSecret); err != nil {
		return fmt.Errorf("save certificate: %w", err)
	}
	if err := s.writeFiles(id); err != nil {
		return fmt.Errorf("save certificate: %w", err)
	}
	return nil
}

// writeFiles copies a staged identity into the three files and ends the staging.
func (s *DirStore) writeFiles(id *Identity) error {
	key, err := encodeKey(id.Certificate.PrivateKey)
	if err != nil {
		return err
	}
	files := []struct {
		name string
		data []byte
		mode fs.FileMode
	}{
		{keyFile, key, modeSecret},
		{certFile, encodeCertificates(id.Certificate.Certificate), modePublic},
		{bundleFile, encodeCertificates(rawCertificates(id.Roots)), modePublic},
	}
	for _, f := range files {
		if err := s.dir.WriteFile(f.name, f.data, f.mode); err != nil {
			return err
		}
	}
	return s.dir.Remove(stagingFile)
}

func (s *DirStore) loadFiles() (*Identity, error) {
	key, err := s.dir.ReadFile(keyFile, modeSecret, maxPEMFile)
	if err != nil {
		return nil, err
	}
	chain, err := s.dir.ReadFile(certFile, modePublic, maxPEMFile)
	if err != nil {
		return nil, err
	}
	roots, err := s.dir.ReadFile(bundleFile, modePublic, maxPEMFile)
	if err != nil {
		return nil, err
	}
	return decodeIdentity(key, chain, roots)
}

// decodeIdentity reads what it is given; Identity.Verify judges it.
func decodeIdentity(keyPEM, chainPEM, rootsPEM []byte) (*Identity, error) {
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, err)
	}
	chain, err := parseCertificates(chainPEM, maxChain)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", certFile, err)
	}
	roots, err := ParseRoots(rootsPEM)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", bundleFile, err)
	}
	return &Identity{
		Certificate: tls.Certificate{Certificate: rawCertificates(chain), PrivateKey: key, Leaf: chain[0]},
		Roots:       roots,
	}, nil
}

func rawCertificates(certs []*x509.Certificate) [][]byte {
	ders := make([][]byte, 0, len(certs))
	for _, cert := range certs {
		ders = append(ders, cert.Raw)
	}
	return ders
}
