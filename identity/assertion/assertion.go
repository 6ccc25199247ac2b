// Package assertion tells a program behind the gates who asks: in headers that nobody
// outside can set, and in a JSON Web Token (RFC 7519) of a key that lives as long as the
// process and never leaves it.
package assertion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
)

// Headers that tell who asks. Each begins with [Prefix].
const (
	// HeaderDID has the caller's DID; it is missing for a caller that has none.
	HeaderDID = "Agent-Caller-Did"
	// HeaderName has the caller's name, also of one without a DID ([identity.Caller.Name]).
	HeaderName = "Agent-Caller-Name"
	// HeaderToken has the same as a JWT, for programs that others on this machine reach, too.
	HeaderToken = "Agent-Caller-Token"
)

// Prefix begins every header of ours, whoever reads "-" for "_".
const Prefix = "Agent-"

// Lifetime is how long a token counts.
const Lifetime = time.Minute

// Path is where the public key is served on the admin port, as a JWK Set (RFC 7517).
const Path = "/.well-known/jwks.json"

// Issuer makes tokens. It is safe for concurrent use.
type Issuer struct {
	self did.DID
	key  *ecdsa.PrivateKey
	kid  string
	jwks []byte
	now  func() time.Time
	rand io.Reader
}

// NewIssuer makes a key. self is whose word the tokens are.
func NewIssuer(self did.DID, now func() time.Time, rand io.Reader) (*Issuer, error) {
	if self.IsZero() || now == nil || rand == nil {
		return nil, errors.New("assertion: an issuer needs a name, a clock and randomness")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand)
	if err != nil {
		return nil, fmt.Errorf("assertion: making a key: %w", err)
	}
	i := &Issuer{self: self, key: key, now: now, rand: rand}
	return i, i.describe()
}

// describe makes the public key's JWK Set, and its id by RFC 7638.
func (i *Issuer) describe() error {
	point, err := i.key.PublicKey.Bytes()
	if err != nil {
		return fmt.Errorf("assertion: the public key: %w", err)
	}
	half := (len(point) - 1) / 2
	x, y := encode(point[1:1+half]), encode(point[1+half:])
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	i.kid = encode(sum[:])
	i.jwks, err = json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": jwt.SigningMethodES256.Alg(), "kid": i.kid,
	}}})
	return err
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// claims are what a token says.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	Method   string `json:"method"`
	Tool     string `json:"tool,omitempty"`
}

// Request is what a token is made for.
type Request struct {
	// Caller is who asks, as the gates proved it.
	Caller identity.Caller
	// Audience is the address of the program that is told.
	Audience string
	// Method is what is asked for; Tool is the tool of an MCP server that it calls.
	Method, Tool string
}

var errNobody = errors.New("assertion: the caller has no name")

// Header returns the headers that tell who asks.
func (i *Issuer) Header(r Request) (http.Header, error) {
	name := r.Caller.Name()
	if name == "" {
		return nil, errNobody
	}
	var id [16]byte
	if _, err := io.ReadFull(i.rand, id[:]); err != nil {
		return nil, fmt.Errorf("assertion: making an id: %w", err)
	}
	now := i.now()
	token, err := i.sign(claims{
		Issuer: i.self.String(), Subject: name, Audience: r.Audience, IssuedAt: now.Unix(), Expires: now.Add(Lifetime).Unix(),
		ID: hex.EncodeToString(id[:]), Method: r.Method, Tool: r.Tool,
	})
	if err != nil {
		return nil, err
	}
	h := http.Header{HeaderName: {name}, HeaderToken: {token}}
	if !r.Caller.DID.IsZero() {
		h[HeaderDID] = []string{r.Caller.DID.String()}
	}
	return h, nil
}

func (i *Issuer) sign(c claims) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": jwt.SigningMethodES256.Alg(), "kid": i.kid, "typ": "JWT"})
	if err != nil {
		return "", fmt.Errorf("assertion: %w", err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("assertion: %w", err)
	}
	text := encode(header) + "." + encode(payload)
	signature, err := jwt.SigningMethodES256.Sign(text, i.key)
	if err != nil {
		return "", fmt.Errorf("assertion: signing: %w", err)
	}
	return text + "." + encode(signature), nil
}

// ServeHTTP serves the public key.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/jwk-set+json")
	h.Set("Cache-Control", "no-store") // the next process has another key
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(i.jwks) // who asked is gone if this fails
}

// IsOurs reports whether a program could take a header for one of ours, however it is
// spelt: some read "_" for "-", and all read small letters for capitals.
func IsOurs(name string) bool {
	return len(name) >= len(Prefix) && strings.EqualFold(strings.ReplaceAll(name[:len(Prefix)], "_", "-"), Prefix)
}
