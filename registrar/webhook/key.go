package webhook

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
)

var (
	errPublicKey = errors.New("the public key cannot be read")
	errKeyKind   = errors.New("the public key is none of ECDSA over P-256, P-384 or P-521, Ed25519, and RSA from 2048 to 8192 bits")
)

// The lengths of RSA keys, in bits: less can be broken, more is what makes a peer compute.
const minRSA, maxRSA = 2048, 8192

// readKey reads a DER SubjectPublicKeyInfo of a kind with which TLS 1.3 can be spoken.
func readKey(der []byte) error {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return errPublicKey
	}
	switch k := key.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P224() {
			return nil
		}
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= minRSA && n <= maxRSA {
			return nil
		}
	}
	return errKeyKind
}
