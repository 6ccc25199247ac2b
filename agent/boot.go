package agent

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/home"
)

// boot takes the steps of a start in order. Each step that starts something
// leaves behind what stops it.
func (a *Agent) boot(ctx context.Context) error {
	for _, step := range []struct {
		name string
		take func(context.Context) error
	}{
		{"check the settings", a.preflight},
		{"lock the directory", a.lockDirectory},
		{"load the identity", quick(a.loadIdentity)},
		{"open the replay memory", quick(a.openReplay)},
		{"open the memory of keys", quick(a.openKeyMemory)},
		{"record the identity", quick(a.recordIdentity)},
		{"open the admin port", quick(a.openAdmin)},
		{"look for the private port", a.checkPrivatePort},
		{"learn our address", quick(a.learnURL)},
		{"read the policy", quick(a.openPolicy)},
		{"trust the token issuers", quick(a.trustIssuers)},
		{"prepare our own tokens", quick(a.prepareOwnTokens)},
		{"reconcile the Hydra client", a.reconcile},
		{"learn the issuer", a.learnIssuer},
		{"obtain a certificate", a.obtainCertificate},
		{"open the tasks", a.openTasks},
		{"arm the gates", quick(a.armGates)},
		{"listen", quick(a.listen)},
		{"watch our client", quick(a.watchClient)},
	} {
		if err := step.take(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		a.log.Debug("boot", "step", step.name)
	}
	return nil
}

func quick(f func() error) func(context.Context) error {
	return func(context.Context) error { return f() }
}

func (a *Agent) lockDirectory(ctx context.Context) error {
	h, err := home.Open(ctx, string(a.set.Agent.Dir), a.opts.Home...)
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return h.Close() })
	a.home = h
	return nil
}

// learnURL fixes the one address that card, registration and log show. The
// settings leave it open only where the port is not known before it is bound.
func (a *Agent) learnURL() error {
	if a.url = string(a.set.Agent.URL); a.url != "" {
		return nil
	}
	if err := a.bind(); err != nil {
		return err
	}
	scheme := "http://"
	if a.set.MTLS.Enabled {
		scheme = "https://"
	}
	a.url = scheme + a.ln.Addr().String()
	return nil
}
