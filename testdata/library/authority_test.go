package library_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/url"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// domain is what stands before the DID in certificates.
const domain = "https://issuer.example.com"

// authority plays the CA that agents have their certificates from.
type authority struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority() authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	root := template(1, "Example CA")
	root.IsCA, root.BasicConstraintsValid, root.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	check(err)
	root, err = x509.ParseCertificate(der)
	check(err)
	return authority{root, key}
}

// source is what an agent of that name proves itself with on connections.
func (a authority) source(name did.DID) *mtls.Source {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	uri, err := url.Parse(domain + "#" + name.String())
	check(err)
	leaf := template(2, "")
	leaf.URIs, leaf.KeyUsage = []*url.URL{uri}, x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.root, key.Public(), a.key)
	check(err)
	leaf, err = x509.ParseCertificate(der)
	check(err)
	source, err := mtls.NewSource(&mtls.Identity{
		Certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf},
		Roots:       []*x509.Certificate{a.root},
	}, mtls.SourceConfig{Issuer: domain, RequireClientCert: true})
	check(err)
	return source
}

func template(serial int64, name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
	}
}
