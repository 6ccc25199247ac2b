package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// TLSConfig says what the webhook's listener presents, and whom it believes.
type TLSConfig struct {
	// CertFile and KeyFile are PEM files with the chain and the key. The certificate
	// must be for the host name in the webhook's URL and of the CA's root, or of one
	// that the CA's machine trusts. It is not from the CA's provisioner, which issues
	// names of hosts to nobody, and asks here before it issues.
	CertFile, KeyFile string
	// Host is the host name or address in the webhook's URL.
	Host string
	// Roots are the CA's, asked for each connection.
	Roots func() *x509.CertPool
	// Logger may be nil.
	Logger *slog.Logger
	// Now may be nil, for the clock.
	Now func() time.Time
}

// ErrCertificate: the files of the certificate of the webhook, or of the listener for
// agents of the reference, cannot be used.
var ErrCertificate = errors.New("the certificate with a host name cannot be used")

// ErrHost: that certificate is for other hosts than the webhook's. It is an [ErrCertificate].
var ErrHost = fmt.Errorf("%w: it is not for the host of the URL", ErrCertificate)

// Presented is the certificate of the listener, which follows its files.
type Presented struct {
	cfg     TLSConfig
	mu      sync.Mutex
	current *tls.Certificate
	seen    [2]os.FileInfo
	fault   string // of the last reading, so that it is logged once
}

// NewTLS returns the configuration of the webhook's listener: TLS 1.3, with clients
// alone that the CA's roots vouch for. [Presented] is what it presents. Errors:
// [ErrCertificate], [ErrHost].
func NewTLS(cfg TLSConfig) (*tls.Config, *Presented, error) {
	if cfg.Roots == nil || cfg.Host == "" {
		return nil, nil, errors.New("webhook: the CA's roots and the host of the URL are needed")
	}
	base, p, err := present(cfg)
	if err != nil {
		return nil, nil, err
	}
	base.ClientAuth = tls.RequireAndVerifyClientCert
	outer := base.Clone()
	outer.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		c := base.Clone()
		c.ClientCAs = cfg.Roots()
		if c.ClientCAs == nil {
			c.ClientCAs = x509.NewCertPool() // nil would be the system's
		}
		return c, nil
	}
	return outer, p, nil
}

// NewServerTLS is NewTLS for a listener that takes whoever trusts its certificate, and
// asks for none. Roots are not used.
func NewServerTLS(cfg TLSConfig) (*tls.Config, *Presented, error) { return present(cfg) }

func present(cfg TLSConfig) (*tls.Config, *Presented, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	p := &Presented{cfg: cfg}
	if err := p.read(); err != nil {
		return nil, nil, err
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		GetCertificate:         p.get,
		NextProtos:             []string{"h2", "http/1.1"},
		SessionTicketsDisabled: true, // each connection is verified by the roots of now
		Time:                   cfg.Now,
	}, p, nil
}

// NotAfter is when the certificate expires; without another step-ca issues nothing then.
func (p *Presented) NotAfter() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current.Leaf.NotAfter
}

// get reads the files again when they have changed. What cannot be read does not
// replace what could.
func (p *Presented) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.changed() {
		return p.current, nil
	}
	err := p.load()
	if err == nil {
		p.fault = ""
		return p.current, nil
	}
	p.seen = [2]os.FileInfo{} // to be read again, also where only rights change
	if text := err.Error(); text != p.fault {
		p.fault = text
		p.cfg.Logger.Warn("the changed certificate of a listener cannot be used; the one of before goes on", slog.String("file", p.cfg.CertFile), slog.Any("error", err))
	}
	return p.current, nil
}

func (p *Presented) read() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed()
	return p.load()
}

// changed looks at the files, and remembers what it saw.
func (p *Presented) changed() bool {
	changed := false
	for i, file := range []string{p.cfg.CertFile, p.cfg.KeyFile} {
		info, err := os.Stat(file)
		if err != nil {
			continue // replaced right now, or gone: what was read counts
		}
		last := p.seen[i]
		if last == nil || !os.SameFile(last, info) || !last.ModTime().Equal(info.ModTime()) || last.Size() != info.Size() {
			changed, p.seen[i] = true, info
		}
	}
	return changed
}

func (p *Presented) load() error {
	pair, err := tls.LoadX509KeyPair(p.cfg.CertFile, p.cfg.KeyFile)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	leaf, now := pair.Leaf, p.cfg.Now()
	switch {
	case len(leaf.DNSNames)+len(leaf.IPAddresses) == 0:
		return fmt.Errorf("%w: %s has no host name", ErrCertificate, p.cfg.CertFile)
	case leaf.IsCA || !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageServerAuth):
		return fmt.Errorf("%w: %s is not for servers", ErrCertificate, p.cfg.CertFile)
	case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):
		return fmt.Errorf("%w: %s is valid from %s to %s", ErrCertificate, p.cfg.CertFile,
			leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	if leaf.VerifyHostname(p.cfg.Host) != nil {
		return fmt.Errorf("%w: %s is for %s, and the URL has %s", ErrHost, p.cfg.CertFile, hosts(leaf), p.cfg.Host)
	}
	p.current = &pair
	return nil
}

// hosts is for whom a certificate is.
func hosts(leaf *x509.Certificate) string {
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return strings.Join(names, ", ")
}
