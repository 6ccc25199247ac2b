package stepcatest

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
	"math/big"
	"testing"
	"time"
)

// CA is a root and one intermediate, which signs the leaves.
type CA struct {
	tb           testing.TB
	now          func() time.Time
	Root         *x509.Certificate
	Intermediate *x509.Certificate
	rootKey      crypto.Signer
	interKey     crypto.Signer
}

// NewCA makes a CA with fresh keys that is valid for twenty years around now.
// The clock (time.Now when nil) also dates the leaves.
func NewCA(tb testing.TB, now func() time.Time) *CA {
	tb.Helper()
	if now == nil {
		now = time.Now
	}
	ca := &CA{tb: tb, now: now, rootKey: newKey(tb), interKey: newKey(tb)}
	root := ca.authority("Test Root CA", 1)
	ca.Root = sign(tb, root, root, ca.rootKey.Public(), ca.rootKey)
	inter := ca.authority("Test Intermediate CA", 0)
	inter.MaxPathLenZero = true
	ca.Intermediate = sign(tb, inter, ca.Root, ca.interKey.Public(), ca.rootKey)
	return ca
}

func (ca *CA) authority(name string, pathLen int) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          newSerial(ca.tb),
		Subject:               pkix.Name{Organization: []string{"Test"}, CommonName: name},
		NotBefore:             ca.now().AddDate(-10, 0, 0),
		NotAfter:              ca.now().AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            pathLen,
	}
}

// Roots returns the root as the list that trust is configured with.
func (ca *CA) Roots() []*x509.Certificate { return []*x509.Certificate{ca.Root} }

// Pool returns the root as a pool.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.Root)
	return pool
}

// RootsPEM returns the root as /roots.pem serves it.
func (ca *CA) RootsPEM() []byte { return encode(ca.Root) }

// IntermediatePEM returns the intermediate, and KeyPEM its key in PKCS#8, as
// the real step-ca reads them.
func (ca *CA) IntermediatePEM() []byte { return encode(ca.Intermediate) }

// KeyPEM returns the key that signs leaves.
func (ca *CA) KeyPEM() []byte {
	ca.tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ca.interKey)
	if err != nil {
		ca.tb.Fatalf("encode key: %v", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// Fingerprint returns the SHA-256 of the root in lower-case hexadecimal.
func (ca *CA) Fingerprint() string {
	sum := sha256.Sum256(ca.Root.Raw)
	return hex.EncodeToString(sum[:])
}

func encode(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, cert := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	return out
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("generate key: %v", err)
	}
	return key
}

func newSerial(tb testing.TB) *big.Int {
	tb.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		tb.Fatalf("generate serial number: %v", err)
	}
	return serial
}

func sign(tb testing.TB, template, parent *x509.Certificate, pub crypto.PublicKey, signer crypto.Signer) *x509.Certificate {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, signer)
	if err != nil {
		tb.Fatalf("sign %q: %v", template.Subject.CommonName, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("parse %q: %v", template.Subject.CommonName, err)
	}
	return cert
}
