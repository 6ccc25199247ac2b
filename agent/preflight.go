package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth/oidc"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// ErrDirectory: AGENT__DIR cannot be made or written to.
var ErrDirectory = errors.New("AGENT__DIR")

// Preflight finds what would keep an agent from starting with these settings
// before it speaks to anybody: a program that is not there, files that settings
// name and that are missing or broken, an address that is not this machine's.
// It takes no lock and changes nothing, so that it works beside a running agent,
// whose ports it does not mind. Who the directory's agent is, is for
// [LoadIdentity] to say.
//
// The error joins all that was found: [ErrCommand], [policy.ErrFile], [skill.ErrFile],
// [ErrIssuerCA], [oidc.ErrDIDMap], [oidc.ErrConfig], [stepca.ErrConfig],
// [mtls.ErrFingerprintMismatch], [fetch.ErrProxy], [ErrDirectory], *[ListenError],
// those of the file system; each names the setting.
func Preflight(set settings.Settings) error {
	errs := []error{preflight(set, true), checkDirectory(set.Agent.Dir)}
	for _, p := range []struct{ host, port, addr string }{
		{"NETWORK__HOST", "NETWORK__PORT", set.Network.Addr()},
		{"NETWORK__ADMIN_HOST", "NETWORK__ADMIN_PORT", set.Network.AdminAddr()},
	} {
		errs = append(errs, checkPort(p.host, p.port, p.addr))
	}
	return errors.Join(errs...)
}

// preflight is the part that a start looks at, too, before it does anything.
func preflight(set settings.Settings, command bool) error {
	var errs []error
	if command && set.Agent.Backend == settings.BackendExec {
		_, err := newExec(set, nil, slog.New(slog.DiscardHandler))
		errs = append(errs, err)
	}
	if _, err := fetch.ProxyFromEnvironment(); err != nil {
		errs = append(errs, err)
	}
	if _, err := readPins(set.DID.PinnedKeys); err != nil {
		errs = append(errs, err)
	}
	if _, err := openSkills(set); err != nil {
		errs = append(errs, err)
	}
	errs = append(errs, checkPolicy(set), checkIssuers(set), checkOwnTokens(set), checkAuthority(set))
	return errors.Join(errs...)
}

// preflight is the first step of a start.
func (a *Agent) preflight() error { return preflight(a.set, a.opts.Executor == nil) }

func checkPolicy(set settings.Settings) error {
	if _, err := policy.Open(policy.Config{Path: set.Auth.PolicyFile, AllowedDIDs: set.Auth.AllowedDIDs}); err != nil {
		return fmt.Errorf("AUTH__POLICY_FILE: %w", err)
	}
	return nil
}

func checkIssuers(set settings.Settings) error {
	if set.Auth.Provider == settings.ProviderHydra {
		return nil
	}
	cfg, err := OIDCConfig(set)
	if err != nil {
		return err
	}
	if err := cfg.Check(); err != nil {
		return fmt.Errorf("AUTH__ISSUERS: %w", err)
	}
	return nil
}

func checkOwnTokens(set settings.Settings) error {
	cfg, configured, err := OutboundConfig(set)
	if err != nil && set.Auth.Provider != settings.ProviderHydra {
		return nil // the same file of authorities, which checkIssuers has named
	}
	if err != nil || !configured {
		return err
	}
	source, err := oidc.NewClientCredentials(cfg)
	if err != nil {
		return fmt.Errorf("AUTH__CLIENT_ID: %w", err)
	}
	return source.Close()
}

// checkAuthority reads the file of the CA's root. Whom the certificate is for
// is not known yet, and does not matter to that.
func checkAuthority(set settings.Settings) error {
	if !set.MTLS.Enabled {
		return nil
	}
	anybody, err := did.Parse("did:example:anybody")
	if err != nil {
		return err
	}
	_, err = stepca.New(stepca.Config{
		CAURL: set.MTLS.CAURL, RootURL: set.MTLS.CARootURL, Fingerprint: set.MTLS.CAFingerprint, RootFile: set.MTLS.CARootFile,
		DID: anybody, Issuer: "https://issuer.invalid", Token: func(context.Context) (string, error) { return "", ErrNoToken },
	})
	if err != nil && set.MTLS.CARootFile != "" {
		return fmt.Errorf("MTLS__CA_ROOT_FILE: %w", err)
	}
	return err
}

// checkDirectory looks whether the directory, or what it would be made in, may
// be written to.
func checkDirectory(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDirectory, err)
	}
	for {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist) && path != filepath.Dir(path):
			path = filepath.Dir(path)
			continue
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDirectory, err)
		case !info.IsDir():
			return fmt.Errorf("%w: %s is not a directory", ErrDirectory, path)
		}
		const writeAndEnter = 0x2 | 0x1 // W_OK, X_OK of access(2)
		if err := syscall.Access(path, writeAndEnter); err != nil {
			return fmt.Errorf("%w: %s: %w; give it to the user that runs the agent", ErrDirectory, path, err)
		}
		return nil
	}
}

// checkPort opens the port for a moment. One that is in use may be our own.
func checkPort(host, port, addr string) error {
	ln, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil
	case err != nil:
		return listenError(host, port, addr, err)
	}
	return ln.Close()
}

// listenError names the setting that is at fault: the port, unless the host is
// no address of this machine.
func listenError(host, port, addr string, err error) error {
	setting := port
	if _, ok := errors.AsType[*net.DNSError](err); ok || errors.Is(err, syscall.EADDRNOTAVAIL) {
		setting = host
	}
	return &ListenError{Setting: setting, Addr: addr, Err: err}
}
