package authorityinit

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"time"
)

const (
	name     = "Development"
	lifetime = 10 * 365 * 24 * time.Hour // as `step ca init` gives both certificates
)

// authority is a certificate authority of two levels, as PEM. The root's key is forgotten once it has signed the
// intermediate: nothing needs it again, so nothing can steal it.
type authority struct{ root, intermediate, key []byte }

func newAuthority(now time.Time) (authority, error) {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	self := templateOf("Root CA", 1, now)
	root, err := sign(self, self, rootKey.Public(), rootKey)
	if err != nil {
		return authority{}, err
	}
	intermediate, err := sign(templateOf("Intermediate CA", 0, now), root, key.Public(), rootKey)
	if err != nil {
		return authority{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return authority{}, err
	}
	return authority{
		root:         encode("CERTIFICATE", root.Raw),
		intermediate: encode("CERTIFICATE", intermediate.Raw),
		key:          encode("PRIVATE KEY", keyDER),
	}, nil
}

func templateOf(role string, pathLen int, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{name}, CommonName: name + " " + role},
		NotBefore:             now.Add(-time.Minute), // for clocks that are a little behind
		NotAfter:              now.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            pathLen,
		MaxPathLenZero:        pathLen == 0,
	}
}

func sign(template, parent *x509.Certificate, pub crypto.PublicKey, signer crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
