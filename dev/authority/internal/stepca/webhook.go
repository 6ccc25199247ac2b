package stepca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/smallstep/certificates/authority/provisioner"
)

// WebhookName is what step-ca calls the webhook of the registrar.
const WebhookName = "registrar"

// The files that the webhook's server presents: a chain and its key.
const (
	webhookCertFile = "webhook_cert.pem"
	webhookKeyFile  = "webhook_key.pem"
)

var errWebhookURL = errors.New("the webhook needs a URL like https://127.0.0.1:3780/step-ca/authorize")

// CheckWebhook refuses what step-ca would not ask, and braces: to step-ca the text is a template.
func CheckWebhook(text string) error {
	u, err := url.Parse(text)
	if strings.ContainsAny(text, "{}") || err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return errWebhookURL
	}
	return nil
}

// webhooks are the options of a provisioner that asks before it issues; nil without a webhook.
func (s *Service) webhooks() *provisioner.Options {
	if s.Webhook == "" {
		return nil
	}
	return &provisioner.Options{Webhooks: []*provisioner.Webhook{{
		ID: WebhookName, Name: WebhookName, URL: s.Webhook, Kind: "AUTHORIZING", CertType: "X509",
	}}}
}

// makeWebhookCertificate gives the webhook's server a certificate, because step-ca compares its host name and issues
// names of hosts to nobody. Each start makes another: whoever has the one of before can go on with it.
func (s *Service) makeWebhookCertificate(now time.Time) error {
	if s.Webhook == "" {
		return nil
	}
	u, err := url.Parse(s.Webhook)
	if err != nil {
		return err
	}
	ca, err := tls.LoadX509KeyPair(s.Dir.Path(intermediateFile), s.Dir.Path(keyFile))
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, serverTemplate(u.Hostname(), now), ca.Leaf, key.Public(), ca.PrivateKey)
	if err != nil {
		return fmt.Errorf("the webhook's certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	chain := append(encode("CERTIFICATE", der), encode("CERTIFICATE", ca.Certificate[0])...)
	return errors.Join(s.WebhookDir.Write(webhookKeyFile, encode("PRIVATE KEY", keyDER)), s.WebhookDir.Write(webhookCertFile, chain))
}

func serverTemplate(host string, now time.Time) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)) // crypto/rand does not fail
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Development"}, CommonName: "Registrar Webhook"},
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(lifetime / 10),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	return template
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
