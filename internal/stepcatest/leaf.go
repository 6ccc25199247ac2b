package stepcatest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"
)

// Lifetime is the default lifetime of a leaf, backdated by [backdate] as step-ca does.
const (
	Lifetime = 24 * time.Hour
	backdate = time.Minute
)

// Option makes a leaf different from a good one.
type Option func(*request)

// request is the certificate about to be signed.
type request struct {
	tb         testing.TB
	template   *x509.Certificate
	names      []asn1.RawValue
	key        crypto.Signer
	pub        crypto.PublicKey
	selfSigned bool
	padding    []*x509.Certificate
}

// Issue returns a certificate as step-ca makes it for the issuer and DID: CN is
// the DID, one URI name ISSUER#DID, usages server and client authentication,
// chain of leaf and intermediate. Options then spoil it.
func (ca *CA) Issue(issuer, did string, opts ...Option) tls.Certificate {
	ca.tb.Helper()
	now := ca.now()
	key := newKey(ca.tb)
	r := &request{
		tb: ca.tb,
		template: &x509.Certificate{
			SerialNumber: newSerial(ca.tb),
			Subject:      pkix.Name{CommonName: did},
			NotBefore:    now.Add(-backdate),
			NotAfter:     now.Add(Lifetime),
			KeyUsage:     x509.KeyUsageDigitalSignature,
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		},
		names: []asn1.RawValue{uriName(issuer + "#" + did)},
		key:   key,
		pub:   key.Public(),
	}
	for _, opt := range opts {
		opt(r)
	}
	return ca.finish(r)
}

func (ca *CA) finish(r *request) tls.Certificate {
	ca.tb.Helper()
	r.template.ExtraExtensions = append(r.template.ExtraExtensions, nameExtension(ca.tb, r.names)...)
	out := tls.Certificate{PrivateKey: r.key}
	if r.selfSigned {
		out.Leaf = sign(ca.tb, r.template, r.template, r.pub, r.key)
		out.Certificate = [][]byte{out.Leaf.Raw}
		return out
	}
	out.Leaf = sign(ca.tb, r.template, ca.Intermediate, r.pub, ca.interKey)
	out.Certificate = [][]byte{out.Leaf.Raw}
	for _, cert := range r.padding {
		out.Certificate = append(out.Certificate, cert.Raw)
	}
	out.Certificate = append(out.Certificate, ca.Intermediate.Raw)
	return out
}

// Valid sets the bounds of the validity, relative to now.
func Valid(from, to time.Duration) Option {
	return func(r *request) {
		now := r.template.NotBefore.Add(backdate)
		r.template.NotBefore, r.template.NotAfter = now.Add(from), now.Add(to)
	}
}

// Expired makes a certificate that was valid until a minute ago.
func Expired() Option { return Valid(-Lifetime, -time.Minute) }

// NotYetValid makes a certificate that becomes valid in an hour.
func NotYetValid() Option { return Valid(time.Hour, Lifetime) }

// URIs replaces the URI names by these bytes, whether or not they are URIs.
func URIs(uris ...string) Option {
	return func(r *request) {
		r.names = nil
		for _, uri := range uris {
			r.names = append(r.names, uriName(uri))
		}
	}
}

// AddURI adds a second URI name.
func AddURI(uri string) Option {
	return func(r *request) { r.names = append(r.names, uriName(uri)) }
}

// DNSNames adds host names.
func DNSNames(names ...string) Option {
	return func(r *request) {
		for _, name := range names {
			r.names = append(r.names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte(name)})
		}
	}
}

// ManyNames adds n host names.
func ManyNames(n int) Option {
	return func(r *request) {
		for i := range n {
			DNSNames(fmt.Sprintf("host-%d.example.com", i))(r)
		}
	}
}

// NoNames leaves the common name as the only place where the DID stands.
func NoNames() Option { return URIs() }

// CommonName replaces the common name.
func CommonName(cn string) Option {
	return func(r *request) { r.template.Subject.CommonName = cn }
}

// Provisioned adds the extension with which step-ca names the provisioner.
func Provisioned() Option {
	return func(r *request) {
		id := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 37476, 9000, 64, 1}
		r.template.ExtraExtensions = append(r.template.ExtraExtensions, pkix.Extension{Id: id, Value: []byte{5, 0}})
	}
}

// usages replaces the extended key usages; none at all omits the extension.
func usages(usages ...x509.ExtKeyUsage) Option {
	return func(r *request) { r.template.ExtKeyUsage = usages }
}

// ServerOnly makes a certificate that may not be used by a client.
func ServerOnly() Option { return usages(x509.ExtKeyUsageServerAuth) }

// ClientOnly makes a certificate that may not be used by a server.
func ClientOnly() Option { return usages(x509.ExtKeyUsageClientAuth) }

// NoUsages omits the extended key usage, which crypto/x509 takes for all.
func NoUsages() Option { return usages() }

// AnyUsage sets anyExtendedKeyUsage.
func AnyUsage() Option { return usages(x509.ExtKeyUsageAny) }

// AsCA sets CA:TRUE on the leaf.
func AsCA() Option {
	return func(r *request) {
		r.template.BasicConstraintsValid, r.template.IsCA = true, true
		r.template.KeyUsage |= x509.KeyUsageCertSign
	}
}

// SelfSigned signs with the leaf's own key instead of the CA's.
func SelfSigned() Option {
	return func(r *request) { r.selfSigned = true }
}

// Key uses this key pair.
func Key(key crypto.Signer) Option {
	return func(r *request) { r.key, r.pub = key, key.Public() }
}

// PublicKey certifies this public key, for signing somebody's request.
func PublicKey(pub crypto.PublicKey) Option {
	return func(r *request) { r.key, r.pub = nil, pub }
}

// RSA uses an RSA key of that many bits.
func RSA(bits int) Option {
	return func(r *request) {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			r.tb.Fatalf("generate RSA key: %v", err)
		}
		Key(key)(r)
	}
}

// RSAModulus certifies an RSA public key of that many bits without making it:
// the private key stays an EC key, good enough for who refuses before that shows.
func RSAModulus(bits int) Option {
	return func(r *request) {
		n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), uint(bits)))
		if err != nil {
			r.tb.Fatalf("generate RSA modulus: %v", err)
		}
		n.SetBit(n, bits-1, 1).SetBit(n, 0, 1)
		r.pub = &rsa.PublicKey{N: n, E: 65537}
	}
}

// Pad puts certificates between leaf and intermediate.
func Pad(certs ...*x509.Certificate) Option {
	return func(r *request) { r.padding = append(r.padding, certs...) }
}

func uriName(uri string) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(uri)}
}

// nameExtension writes the names as they are; x509.CreateCertificate would insist on parsing them.
func nameExtension(tb testing.TB, names []asn1.RawValue) []pkix.Extension {
	tb.Helper()
	if len(names) == 0 {
		return nil
	}
	value, err := asn1.Marshal(names)
	if err != nil {
		tb.Fatalf("marshal names: %v", err)
	}
	return []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: value}}
}

// address adds an IP address, which only the CA's own certificate has.
func address(ip string) Option {
	return func(r *request) {
		r.names = append(r.names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 7, Bytes: net.ParseIP(ip).To4()})
	}
}
