package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strconv"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// Key is a signing key of an issuer.
type Key struct {
	ID        string
	Algorithm string
	Private   crypto.Signer
	// Public is the JWK that the issuer publishes. A test may change it before the
	// next fetch.
	Public map[string]any
}

// NewKey makes a key for an algorithm: RS256, PS256, ES256, EdDSA and so on.
func NewKey(t testing.TB, id, algorithm string) *Key {
	t.Helper()
	k := &Key{ID: id, Algorithm: algorithm}
	switch algorithm {
	case "ES256":
		k.Private = newECKey(t, elliptic.P256())
	case "ES384":
		k.Private = newECKey(t, elliptic.P384())
	case "ES512":
		k.Private = newECKey(t, elliptic.P521())
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatalf("oidctest: %v", err)
		}
		k.Private = private
	default:
		k.Private = nextRSAKey(t)
	}
	k.Public = PublicJWK(k.Private.Public())
	k.Public["kid"], k.Public["alg"], k.Public["use"] = id, algorithm, "sig"
	return k
}

// PublicJWK is the key as a JWK without kid, alg and use.
func PublicJWK(public crypto.PublicKey) map[string]any {
	b64 := base64.RawURLEncoding.EncodeToString
	switch k := public.(type) {
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		point, err := k.Bytes()
		if err != nil {
			return nil
		}
		return map[string]any{
			"kty": "EC", "crv": "P-" + strconv.Itoa(k.Curve.Params().BitSize),
			"x": b64(point[1 : 1+size]), "y": b64(point[1+size:]),
		}
	case ed25519.PublicKey:
		return map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(k)}
	default:
		return nil
	}
}

// sign makes the signature of a signing input with the algorithm.
func (k *Key) sign(t testing.TB, algorithm, input string) []byte {
	t.Helper()
	signature, err := jwt.GetSigningMethod(algorithm).Sign(input, k.Private)
	if err != nil {
		t.Fatalf("oidctest: sign: %v", err)
	}
	return signature
}

func newECKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatalf("oidctest: %v", err)
	}
	return key
}

// rsaPool hands out RSA keys, which are slow to make: a few are made once per
// test program and then shared by its tests.
var rsaPool struct {
	sync.Mutex
	keys [4]*rsa.PrivateKey
	next int
}

func nextRSAKey(t testing.TB) *rsa.PrivateKey {
	rsaPool.Lock()
	defer rsaPool.Unlock()
	i := rsaPool.next % len(rsaPool.keys)
	rsaPool.next++
	if rsaPool.keys[i] == nil {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatalf("oidctest: %v", err)
		}
		rsaPool.keys[i] = key
	}
	return rsaPool.keys[i]
}
