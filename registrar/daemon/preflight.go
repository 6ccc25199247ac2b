package daemon

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

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
	_, proxy := fetch.ProxyFromEnvironment()
	return errors.Join(proxy, checkAuthority(set), checkWebhook(set), checkReference(set), checkDirectory(ctx, set), checkIdentity(set), checkDatabase(ctx, set))
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
func checkWebhook(set settings.RegistrarSettings) error {
	if !set.Registrar.Asked() {
		return nil
	}
	cfg := hookTLS(set)
	cfg.Roots = x509.NewCertPool
	if _, _, err := webhook.NewTLS(cfg); err != nil {
		return fmt.Errorf("REGISTRAR__WEBHOOK_CERT_FILE and REGISTRAR__WEBHOOK_KEY_FILE: %w", err)
	}
	return nil
}

// checkReference reads the files of the listener for agents of the reference.
func checkReference(set settings.RegistrarSettings) error {
	if !set.Registrar.Refers() {
		return nil
	}
	if _, _, err := webhook.NewServerTLS(referenceTLS(set)); err != nil {
		return fmt.Errorf("REGISTRAR__REFERENCE_CERT_FILE and REGISTRAR__REFERENCE_KEY_FILE: %w", err)
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
