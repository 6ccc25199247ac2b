package stepca

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

const (
	rootFile         = "root_ca.crt"
	intermediateFile = "intermediate_ca.crt"
	keyFile          = "intermediate_ca_key"

	lifetime = 10 * 365 * 24 * time.Hour // what `step ca init` gives both certificates
)

// ensurePKI makes root and intermediate on the first run. The root's file is written last and marks a complete set.
func (s *Service) ensurePKI() error {
	switch _, err := os.Stat(s.Dir.Path(rootFile)); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	files, err := newPKI(time.Now())
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := s.Dir.Write(f.name, pem.EncodeToMemory(&f.block)); err != nil {
			return err
		}
	}
	return nil
}

type pemFile struct {
	name  string
	block pem.Block
}

// newPKI makes the files in the order of writing. The key of the root signs the intermediate and is never written down:
// nothing here needs it again.
func newPKI(now time.Time) ([]pemFile, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root, err := certify("Development Root CA", 1, &rootKey.PublicKey, nil, rootKey, now)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	intermediate, err := certify("Development Intermediate CA", 0, &key.PublicKey, root, rootKey, now)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return []pemFile{
		{keyFile, pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}},
		{intermediateFile, pem.Block{Type: "CERTIFICATE", Bytes: intermediate.Raw}},
		{rootFile, pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}},
	}, nil
}

// certify signs a CA certificate; without a parent it signs itself.
func certify(name string, pathLen int, pub crypto.PublicKey, parent *x509.Certificate, signer crypto.Signer, now time.Time) (*x509.Certificate, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{"Development"}, CommonName: name},
		NotBefore:             now.Add(-time.Minute),
		NotAfter:              now.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            pathLen,
		MaxPathLenZero:        pathLen == 0,
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Root reads the root certificate.
func (s *Service) Root() (*x509.Certificate, error) {
	data, err := os.ReadFile(s.Dir.Path(rootFile))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s holds no certificate; remedy: remove %s", s.Dir.Path(rootFile), s.Dir.Path())
	}
	return x509.ParseCertificate(block.Bytes)
}

// Fingerprint is the SHA-256 of the root certificate in lower-case hex, as `step certificate fingerprint` prints it.
func (s *Service) Fingerprint() (string, error) {
	root, err := s.Root()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(root.Raw)
	return hex.EncodeToString(sum[:]), nil
}
