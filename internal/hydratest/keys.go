package hydratest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
)

// signingKey signs tokens with RS256 or ES256 (RFC 7518 section 3).
type signingKey struct {
	id, alg string
	rsa     *rsa.PrivateKey
	ecdsa   *ecdsa.PrivateKey
}

func newSigningKey(useRSA bool) signingKey {
	id := rand.Text()
	if useRSA {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		must(err)
		return signingKey{id: id, alg: "RS256", rsa: key}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return signingKey{id: id, alg: "ES256", ecdsa: key}
}

// sign returns a signed JWT (RFC 7515 section 3.1).
func (k signingKey) sign(claims map[string]any) string {
	head := encodeJSON(map[string]string{"alg": k.alg, "kid": k.id, "typ": "JWT"})
	input := head + "." + encodeJSON(claims)
	sum := sha256.Sum256([]byte(input))
	var signature []byte
	if k.rsa != nil {
		var err error
		signature, err = rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, sum[:])
		must(err)
	} else {
		r, s, err := ecdsa.Sign(rand.Reader, k.ecdsa, sum[:])
		must(err)
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// public returns the key as a JWK (RFC 7518 section 6).
func (k signingKey) public() map[string]string {
	jwk := map[string]string{"kid": k.id, "alg": k.alg, "use": "sig"}
	if k.rsa != nil {
		jwk["kty"] = "RSA"
		jwk["n"] = encode(k.rsa.N.Bytes())
		jwk["e"] = encode(big.NewInt(int64(k.rsa.E)).Bytes())
		return jwk
	}
	point, err := k.ecdsa.PublicKey.Bytes()
	must(err)
	jwk["kty"], jwk["crv"] = "EC", "P-256"
	jwk["x"], jwk["y"] = encode(point[1:33]), encode(point[33:])
	return jwk
}

func (s *Server) keySet(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := make([]map[string]string, len(s.keys))
	for i, k := range s.keys {
		set[i] = k.public()
	}
	writeJSON(w, http.StatusOK, map[string]any{"keys": set})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func encodeJSON(v any) string {
	data, err := json.Marshal(v)
	must(err)
	return encode(data)
}

// must is for what cannot fail with arguments that are fixed here.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
