package mtls

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
)

// Certificate returns the stored certificates in PEM and the first of them, for
// people: Load says whether they can be used. What cannot be read as one is
// [ErrNoIdentity], with the cause; none at all is [fs.ErrNotExist], too.
func (s *DirStore) Certificate() (text []byte, leaf *x509.Certificate, err error) {
	text, err = s.dir.ReadFile(certFile, modePublic, maxPEMFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: %w", ErrNoIdentity, err)
	}
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, nil, fmt.Errorf("%w: %s holds no certificate in PEM", ErrNoIdentity, certFile)
	}
	if leaf, err = x509.ParseCertificate(block.Bytes); err != nil {
		return nil, nil, fmt.Errorf("%w: %s: %w", ErrNoIdentity, certFile, err)
	}
	return text, leaf, nil
}
