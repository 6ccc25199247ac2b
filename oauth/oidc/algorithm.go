package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// algorithm is one of the signature algorithms that may be configured
// (RFC 7518 section 3.1, RFC 8037 section 3.1).
type algorithm struct {
	name   string
	method jwt.SigningMethod
	curve  elliptic.Curve // nil unless the algorithm is ECDSA
}

// newAlgorithm returns the algorithm of the given name, compared exactly. The
// switch is the whole list: none and HS256, HS384, HS512 have no case, so no
// configuration can turn them on.
func newAlgorithm(name string) (algorithm, error) {
	a := algorithm{name: name}
	switch name {
	case "RS256":
		a.method = jwt.SigningMethodRS256
	case "RS384":
		a.method = jwt.SigningMethodRS384
	case "RS512":
		a.method = jwt.SigningMethodRS512
	case "PS256":
		a.method = jwt.SigningMethodPS256
	case "PS384":
		a.method = jwt.SigningMethodPS384
	case "PS512":
		a.method = jwt.SigningMethodPS512
	case "ES256":
		a.method, a.curve = jwt.SigningMethodES256, elliptic.P256()
	case "ES384":
		a.method, a.curve = jwt.SigningMethodES384, elliptic.P384()
	case "ES512":
		a.method, a.curve = jwt.SigningMethodES512, elliptic.P521()
	case "EdDSA":
		a.method = jwt.SigningMethodEdDSA
	default:
		return algorithm{}, fmt.Errorf("algorithm %q is not supported: use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA", clip(name))
	}
	return a, nil
}

// fits reports whether key is of the type, and for ECDSA on the curve, that the
// algorithm needs.
func (a algorithm) fits(key crypto.PublicKey) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return a.curve == nil && a.name != "EdDSA"
	case *ecdsa.PublicKey:
		return a.curve != nil && k.Curve == a.curve
	case ed25519.PublicKey:
		return a.name == "EdDSA"
	default:
		return false
	}
}

// algorithmSet is an allow list of algorithms; it is short, so a scan is enough.
type algorithmSet []algorithm

func newAlgorithmSet(names []string) (algorithmSet, error) {
	set := make(algorithmSet, 0, len(names))
	for _, name := range names {
		a, err := newAlgorithm(name)
		if err != nil {
			return nil, err
		}
		set = append(set, a)
	}
	return set, nil
}

func (s algorithmSet) find(name string) (algorithm, bool) {
	for _, a := range s {
		if a.name == name {
			return a, true
		}
	}
	return algorithm{}, false
}

func (s algorithmSet) String() string {
	names := make([]string, 0, len(s))
	for _, a := range s {
		if !slices.Contains(names, a.name) {
			names = append(names, a.name)
		}
	}
	return strings.Join(names, ", ")
}

// fitsAny reports whether some algorithm of the set could be verified with key.
func (s algorithmSet) fitsAny(key crypto.PublicKey) bool {
	for _, a := range s {
		if a.fits(key) {
			return true
		}
	}
	return false
}
