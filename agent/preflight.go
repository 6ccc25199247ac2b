package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Preflight finds what would keep an agent from starting with these settings
// before it speaks to anybody: a program that is not there, files that settings
// name and that are missing or broken, a directory that cannot be used, an
// address that is not this machine's, a port that another program has. It
// changes nothing, so that it works beside a running agent, whose ports it does
// not mind. A start looks at the same.
//
// The error joins all that was found: [ErrCommand], [policy.ErrFile], [skill.ErrFile],
// [ErrIssuerCA], [postgresdb.ErrURL], [postgresdb.ErrInsecure], [oidc.ErrDIDMap], [oidc.ErrConfig], [stepca.ErrConfig],
// [mtls.ErrFingerprintMismatch], [fetch.ErrProxy], [home.ErrUnwritable], *[ListenError],
// those of [home.Home.Identity] and of the files in the directory, those of the file
// system; each names the setting.
func Preflight(ctx context.Context, set settings.Settings) error {
	return PreflightKnown(ctx, set, func(string) bool { return true })
}

// PreflightKnown is [Preflight] where some settings are not known, because they
// are faulty themselves: what depends on them is not looked at. known is asked
// with the name of a setting, or for all of a section with its prefix, as AUTH__.
func PreflightKnown(ctx context.Context, set settings.Settings, known func(name string) bool) error {
	return preflight{ctx: ctx, given: Options{Settings: set}, known: known}.run()
}

// preflight is one look at what a start needs.
type preflight struct {
	ctx   context.Context
	given Options // what a program gives is not looked for where the settings say
	known func(name string) bool
}

func (p preflight) run() error {
	var errs []error
	for _, c := range []struct {
		check func() error
		needs []string
	}{
		{p.checkCommand, []string{"AGENT__BACKEND", "AGENT__COMMAND"}},
		{checkProxy, nil},
		{p.checkPins, []string{"DID__PINNED_KEYS"}},
		{p.checkSkills, []string{"AGENT__SKILLS_FILE"}},
		{p.checkPolicy, []string{"AUTH__POLICY_FILE"}},
		{p.checkIssuers, []string{"AUTH__"}},
		{p.checkOwnTokens, []string{"AUTH__"}},
		{p.checkAuthority, []string{"MTLS__"}},
		{p.checkRegistrar, []string{"REGISTRAR__"}},
		{p.checkDirectory, []string{"AGENT__DIR"}},
		{p.checkIdentity, []string{"AGENT__DIR", "AGENT__KEY_PASSWORD"}},
		{p.checkPeers, []string{"EGRESS__PORT", "EGRESS__SOCKET", "EGRESS__PEERS_FILE", "MTLS__ENABLED"}},
		{p.checkEgressSocket, []string{"AGENT__DIR", "EGRESS__SOCKET"}},
		{p.checkEgressPort, []string{"AGENT__DIR", "EGRESS__PORT"}},
		{p.checkDatabase, []string{"TASK__DATABASE_URL"}},
		{p.checkPort, []string{"AGENT__DIR", "NETWORK__HOST", "NETWORK__PORT"}},
		{p.checkAdminPort, []string{"AGENT__DIR", "NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT"}},
	} {
		if !slices.ContainsFunc(c.needs, func(name string) bool { return !p.known(name) }) {
			errs = append(errs, c.check())
		}
	}
	return errors.Join(errs...)
}

// preflight is the first step of a start.
func (a *Agent) preflight(ctx context.Context) error {
	return preflight{ctx: ctx, given: a.opts, known: func(string) bool { return true }}.run()
}

func (p preflight) checkCommand() error {
	if p.given.Executor != nil || p.given.Settings.Agent.Backend != settings.BackendExec {
		return nil
	}
	_, err := newExec(p.given.Settings, nil, slog.New(slog.DiscardHandler))
	return err
}

func checkProxy() error {
	_, err := fetch.ProxyFromEnvironment()
	return err
}

func (p preflight) checkPins() error {
	_, err := configs.Pins(p.given.Settings)
	return err
}

func (p preflight) checkSkills() error {
	_, _, err := p.given.skills()
	return err
}

func (p preflight) checkPeers() error {
	if !p.given.Settings.Egress.Enabled() {
		return nil
	}
	_, err := openPeers(p.given.Settings)
	return err
}

func (p preflight) checkPolicy() error {
	if _, err := policy.Open(configs.Policy(p.given.Settings)); err != nil {
		return fmt.Errorf("AUTH__POLICY_FILE: %w", err)
	}
	return nil
}

func (p preflight) checkIssuers() error {
	set := p.given.Settings
	if set.Auth.Provider == settings.ProviderHydra {
		return nil
	}
	files, err := configs.ReadIssuers(set)
	if err != nil {
		return err
	}
	cfg := configs.Issuers(set, files)
	if err := cfg.Check(); err != nil {
		return fmt.Errorf("AUTH__ISSUERS: %w", err)
	}
	return nil
}

func (p preflight) checkOwnTokens() error {
	client, err := ownClient(p.given.Settings, nil, nil, nil)
	switch {
	case errors.Is(err, ErrIssuerCA) && p.given.Settings.Auth.Provider != settings.ProviderHydra:
		return nil // the same file of authorities, which checkIssuers has named
	case errors.Is(err, ErrIssuerCA):
		return err
	case err != nil:
		return fmt.Errorf("AUTH__CLIENT_ID: %w", err)
	case client == nil:
		return nil
	}
	return client.Close()
}

func (p preflight) checkRegistrar() error {
	if !configs.UsesRegistrar(p.given.Settings) {
		return nil
	}
	_, err := configs.Registrar(p.given.Settings)
	return err
}

// checkAuthority reads the file of the CA's root. Whom the certificate is for
// is not known yet, and does not matter to that.
func (p preflight) checkAuthority() error {
	set := p.given.Settings
	if !bool(set.MTLS.Enabled) && !configs.UsesRegistrar(set) {
		return nil
	}
	anybody, err := did.Parse("did:example:anybody")
	if err != nil {
		return err
	}
	cfg := configs.CA(set)
	cfg.DID, cfg.Issuer = anybody, "https://issuer.invalid"
	cfg.Token = func(context.Context) (string, error) { return "", ErrNoToken }
	_, err = stepca.New(cfg)
	if err != nil && set.MTLS.CARootFile != "" {
		return fmt.Errorf("MTLS__CA_ROOT_FILE: %w", err)
	}
	return err
}
