package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/internal/safefile"
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

// A command that was being started when the last agent was killed has that
// agent's lock for the instant between fork and exec. Whoever starts it again
// at once must not be told that two run.
const (
	lockPatience = time.Second
	lockPause    = 20 * time.Millisecond
)

func (a *Agent) lockDirectory(ctx context.Context) error {
	dir, err := safefile.OpenDir(string(a.set.Agent.Dir), a.opts.FS)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	lock, err := dir.Lock()
	for errors.Is(err, safefile.ErrLocked) && retry.Wait(ctx, lockPause) == nil {
		lock, err = dir.Lock()
	}
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return lock.Release() })
	a.dir = dir
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
