package authorityinit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// RegistrarDir is the directory for the registrar: what its webhook presents to
// step-ca.
const RegistrarDir = "registrar"

// The files in it.
const (
	WebhookCertFile = "webhook_cert.pem" // leaf and intermediate
	WebhookKeyFile  = "webhook_key.pem"
)

// The webhook's certificate is replaced in the last third of its life.
const webhookLifetime = 365 * 24 * time.Hour

// ErrHost: what step-ca is to ask has no host name.
var ErrHost = errors.New("the webhook needs the host name of its URL, without port")

// InitWebhook makes what the registrar's webhook presents to step-ca, which compares
// the host name and issues such names to nobody. What is there is kept while it is of
// the CA below dir, for the host, and not about to expire. [Init] comes before.
func InitWebhook(dir, host string, now time.Time) error {
	if net.ParseIP(host) == nil && !isHostName(host) {
		return fmt.Errorf("%w: %q", ErrHost, host)
	}
	ca, err := loadCA(filepath.Join(dir, StepCADir))
	if err != nil {
		return err
	}
	out, err := safefile.OpenDir(filepath.Join(dir, RegistrarDir), safefile.OS())
	if err != nil {
		return err
	}
	if good, err := hasWebhook(out, ca.Leaf, host, now); err != nil || good {
		return err
	}
	cert, key, err := newWebhook(ca, host, now)
	if err != nil {
		return fmt.Errorf("make the webhook's certificate: %w", err)
	}
	return errors.Join(out.WriteFile(WebhookKeyFile, key, 0o600), out.WriteFile(WebhookCertFile, cert, 0o644))
}

// isHostName takes letters, digits, hyphens and dots, as a URL has them.
func isHostName(host string) bool {
	foreign := func(c rune) bool {
		return c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
	}
	return host != "" && len(host) <= 253 && strings.Trim(host, "-.") == host && !strings.ContainsFunc(strings.ToLower(host), foreign)
}

func loadCA(path string) (tls.Certificate, error) {
	dir, err := safefile.OpenDir(path, safefile.OS())
	if err != nil {
		return tls.Certificate{}, err
	}
	cert, err := dir.ReadFile(intermediateFile, 0o644, fileLimit)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := dir.ReadFile(keyFile, 0o600, fileLimit)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(cert, key)
}

// hasWebhook reports whether nothing is to be made. What does not fit together is
// made anew; what must not be read as it lies there is an error.
func hasWebhook(dir *safefile.Dir, ca *x509.Certificate, host string, now time.Time) (bool, error) {
	cert, err := dir.ReadFile(WebhookCertFile, 0o644, fileLimit)
	if err != nil {
		return false, ignoreAbsence(err)
	}
	key, err := dir.ReadFile(WebhookKeyFile, 0o600, fileLimit)
	if err != nil {
		return false, ignoreAbsence(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return false, nil //nolint:nilerr // halves of two, as an interrupted run leaves them
	}
	left := pair.Leaf.NotAfter.Sub(now)
	return pair.Leaf.CheckSignatureFrom(ca) == nil && pair.Leaf.VerifyHostname(host) == nil && left > webhookLifetime/3, nil
}

func ignoreAbsence(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// newWebhook returns chain and key as PEM. The certificate is for servers alone: with
// one for clients, step-ca would renew it without a question.
func newWebhook(ca tls.Certificate, host string, now time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{name}, CommonName: name + " Registrar Webhook"},
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(webhookLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.Leaf, private.Public(), ca.PrivateKey)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	cert = append(encode("CERTIFICATE", der), encode("CERTIFICATE", ca.Certificate[0])...)
	return cert, encode("PRIVATE KEY", keyDER), nil
}
