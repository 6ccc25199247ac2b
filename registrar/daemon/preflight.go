package daemon

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Preflight finds what would keep a registrar from starting with these settings
// before it speaks to anybody. It changes nothing. The error joins all that was
// found: [fetch.ErrProxy], [stepca.ErrConfig], [webhook.ErrCertificate], [webhook.ErrHost], [home.ErrUnwritable], [postgres.ErrURL],
// [postgres.ErrInsecure], those of [home.Home.Identity], [sqlite.Check] and of the files in
// the directory, and those of the file system; each names the setting.
func Preflight(ctx context.Context, set settings.RegistrarSettings) error {
	return PreflightKnown(ctx, set, func(string) bool { return true })
}

// PreflightKnown is [Preflight] where some settings are not known, because they are faulty
// themselves: what depends on them is not looked at. known is asked with the name of a
// setting, or for all of a section with its prefix, as MTLS__.
func PreflightKnown(ctx context.Context, set settings.RegistrarSettings, known func(name string) bool) error {
	p := preflight{set, known}
	errs := []error{p.checkWebhook(), p.checkReference()}
	for _, c := range []struct {
		check func() error
		needs []string
	}{
		{checkProxy, nil},
		{func() error { return checkAuthority(set) }, []string{"MTLS__"}},
		{func() error { return checkDirectory(ctx, set) }, []string{"REGISTRAR__DIR"}},
		{func() error { return checkIdentity(set) }, []string{"REGISTRAR__DIR", "REGISTRAR__KEY_PASSWORD"}},
		{func() error { return checkDatabase(ctx, set) }, []string{"REGISTRAR__DIR", "REGISTRAR__DATABASE_URL"}},
	} {
		if p.knows(c.needs...) {
			errs = append(errs, c.check())
		}
	}
	return errors.Join(errs...)
}

// preflight is one look at what a start needs.
type preflight struct {
	set   settings.RegistrarSettings
	known func(name string) bool
}

func (p preflight) knows(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !p.known(name) })
}

func checkProxy() error {
	_, err := fetch.ProxyFromEnvironment()
	return err
}

// checkAuthority reads the file of the CA's root. Whom the certificate is for does
// not matter to that.
func checkAuthority(set settings.RegistrarSettings) error {
	anybody, err := did.Parse("did:example:anybody")
	if err != nil {
		return err
	}
	cfg := authority(set)
	cfg.DID, cfg.Issuer = anybody, "https://issuer.invalid"
	cfg.Token = func(context.Context) (string, error) { return "", errors.ErrUnsupported }
	_, err = stepca.New(cfg)
	if err != nil && set.MTLS.CARootFile != "" {
		return fmt.Errorf("MTLS__CA_ROOT_FILE: %w", err)
	}
	return err
}

// checkWebhook reads the files of the webhook. Whom it believes does not matter to that.
func (p preflight) checkWebhook() error {
	if !p.set.Registrar.Asked() {
		return nil
	}
	cfg := hookTLS(p.set)
	cfg.Roots = x509.NewCertPool
	return p.checkPair("REGISTRAR__WEBHOOK_", cfg, webhook.NewTLS)
}

// checkReference reads the files of the listener for agents of the reference.
func (p preflight) checkReference() error {
	if !p.set.Registrar.Refers() {
		return nil
	}
	return p.checkPair("REGISTRAR__REFERENCE_", referenceTLS(p.set), webhook.NewServerTLS)
}

// checkPair reads each file of a certificate and its key by itself, so that one that is
// missing does not hide the other, and looks then whether they go together, and with the URL.
func (p preflight) checkPair(settings string, cfg webhook.TLSConfig, open func(webhook.TLSConfig) (*tls.Config, *webhook.Presented, error)) error {
	certificate, key := settings+"CERT_FILE", settings+"KEY_FILE"
	err := errors.Join(p.checkReadable(certificate, cfg.CertFile), p.checkReadable(key, cfg.KeyFile))
	if err != nil || !p.knows(settings+"URL", certificate, key) {
		return err
	}
	if _, _, err := open(cfg); err != nil {
		return fmt.Errorf("%s and %s: %w", certificate, key, err)
	}
	return nil
}

func (p preflight) checkReadable(setting, file string) error {
	if file == "" || !p.known(setting) {
		return nil
	}
	if _, err := os.ReadFile(file); err != nil {
		return fmt.Errorf("%s: %w", setting, err)
	}
	return nil
}

func checkDirectory(ctx context.Context, set settings.RegistrarSettings) error {
	return inDirectory(set, home.Check(ctx, string(set.Registrar.Dir), home.Uses{}))
}

// inDirectory says in which directory something is wrong.
func inDirectory(set settings.RegistrarSettings, err error) error {
	if err != nil {
		return fmt.Errorf("REGISTRAR__DIR is %s: %w", set.Registrar.Dir, err)
	}
	return nil
}

// checkIdentity reads who the registrar is, and what is its own. What is not there the
// start makes or completes.
func checkIdentity(set settings.RegistrarSettings) error {
	h, err := home.Look(string(set.Registrar.Dir))
	if err != nil {
		return nil // told by checkDirectory, or made by the start
	}
	id, err := h.Identity([]byte(set.Registrar.KeyPassword.Reveal()))
	if errors.Is(err, home.ErrNoIdentity) || errors.Is(err, home.ErrReadOnly) {
		return nil
	}
	if err != nil {
		return inDirectory(set, err)
	}
	_, client := h.Credentials(id.DID)
	if errors.Is(client, home.ErrNoCredentials) {
		client = nil
	}
	_, certificate := h.Certificates(nil).Load(id.DID, string(set.MTLS.DIDIssuer))
	if errors.Is(certificate, mtls.ErrNoIdentity) {
		certificate = nil // one that cannot be used is obtained anew, one that others may have read is not
	}
	return inDirectory(set, errors.Join(client, certificate))
}
