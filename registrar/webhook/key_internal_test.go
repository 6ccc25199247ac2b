package webhook

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"
)

func curve(t *testing.T, c elliptic.Curve) crypto.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}

// rsaOf is a key of a length; nobody has its private half.
func rsaOf(bits uint) crypto.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
}

// A certificate is for a key with which TLS 1.3 can be spoken, and which nobody can break.
func TestKindsOfKeys(t *testing.T) {
	t.Parallel()
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	agreement, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		key  crypto.PublicKey
		want error
	}{
		"P-256":               {curve(t, elliptic.P256()), nil},
		"P-384":               {curve(t, elliptic.P384()), nil},
		"P-521":               {curve(t, elliptic.P521()), nil},
		"Ed25519":             {edwards, nil},
		"RSA of 2048 bits":    {rsaOf(2048), nil},
		"RSA of 8192 bits":    {rsaOf(8192), nil},
		"P-224":               {curve(t, elliptic.P224()), errKeyKind},
		"RSA of 2047 bits":    {rsaOf(2047), errKeyKind},
		"RSA of 8193 bits":    {rsaOf(8193), errKeyKind},
		"a key for agreement": {agreement.PublicKey(), errKeyKind},
	} {
		t.Run(name, func(t *testing.T) {
			der, err := x509.MarshalPKIXPublicKey(tt.key)
			if err != nil {
				t.Fatal(err)
			}
			if err := readKey(der); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	if err := readKey([]byte("no key")); !errors.Is(err, errPublicKey) {
		t.Error(err)
	}
}
