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
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Preflight finds what would keep a registrar from starting with these settings
// before it speaks to anybody. It changes nothing. The error joins all that was
// found: [fetch.ErrProxy], [stepca.ErrConfig], [webhook.ErrCertificate], [webhook.ErrHost], [home.ErrUnwritable], [postgres.ErrURL],
// [postgres.ErrInsecure] and those of the file system; each names the setting.
func Preflight(ctx context.Context, set settings.RegistrarSettings) error {
	_, proxy := fetch.ProxyFromEnvironment()
	return errors.Join(proxy, checkAuthority(set), checkWebhook(set), checkDirectory(ctx, set), checkDatabase(set))
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

func checkDirectory(ctx context.Context, set settings.RegistrarSettings) error {
	err := home.Check(ctx, string(set.Registrar.Dir), home.Uses{})
	if err != nil {
		return fmt.Errorf("REGISTRAR__DIR is %s: %w", set.Registrar.Dir, err)
	}
	return nil
}
