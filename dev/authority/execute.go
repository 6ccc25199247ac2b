package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/hydra"
	"github.com/getbindu/bindu-go/dev/authority/internal/registrar"
	"github.com/getbindu/bindu-go/dev/authority/internal/state"
	"github.com/getbindu/bindu-go/dev/authority/internal/stepca"
	"github.com/getbindu/bindu-go/dev/authority/internal/supervise"
)

const (
	tick  = 2 * time.Second  // between two lines about one step
	grace = 10 * time.Second // for each program to stop
)

// execute does what the command asks for.
func execute(ctx context.Context, o options, hurry <-chan struct{}, stdout, stderr io.Writer) error {
	if o.command == "build" {
		return buildAll(ctx, o, stderr)
	}
	a, err := openAuthority(o)
	if err != nil {
		return err
	}
	switch o.command {
	case "wipe-hydra":
		return a.locked([]string{"hydra"}, a.hydra.Wipe)
	case "wipe-step-ca":
		return a.locked([]string{"step-ca"}, a.stepCA.Wipe)
	}
	names, services := a.chosen(o.command)
	return a.locked(names, func() error {
		if o.command != "step-ca" && !o.noBuild {
			if err := buildAll(ctx, o, stderr); err != nil {
				return err
			}
		}
		return supervise.Run(ctx, supervise.Config{
			Progress: stderr,
			Tick:     tick,
			Patience: o.patience,
			Grace:    grace,
			Hurry:    hurry,
			OnReady:  func() error { return a.announce(ctx, o.command, stdout) },
		}, services...)
	})
}

// authority is all programs over one directory.
type authority struct {
	dir       *state.Dir
	hydra     *hydra.Service
	stepCA    *stepca.Service
	registrar *registrar.Service // nil: agents are given Hydra's admin API
}

func openAuthority(o options) (*authority, error) {
	dir, err := state.Open(o.dir)
	if err != nil {
		return nil, err
	}
	unlock, err := dir.WaitLock(".addresses.lock")
	if err != nil {
		return nil, err
	}
	addresses, err := dir.Resolve(o.addresses)
	if err = errors.Join(err, unlock()); err != nil {
		return nil, err
	}
	hydraDir, err := dir.Sub("hydra")
	if err != nil {
		return nil, err
	}
	stepDir, err := dir.Sub("step-ca")
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	registrarDir, err := openRegistrarDir(dir, o)
	if err != nil {
		return nil, err
	}
	h := &hydra.Service{
		Dir: hydraDir, Binary: hydraBinary(o), Public: addresses.HydraPublic, Admin: addresses.HydraAdmin,
		TokenTTL: o.tokenTTL, Rand: rand.Reader,
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	ca := &stepca.Service{
		Dir: stepDir, Executable: self, Address: addresses.StepCA, Issuer: h.Issuer(),
		Durations: o.certificates, WithoutHydra: o.withoutHydra, Config: o.caJSON, Webhook: o.webhook, WebhookDir: registrarDir,
	}
	a := &authority{dir: dir, hydra: h, stepCA: ca}
	if !o.noRegistrar {
		a.registrar = &registrar.Service{
			Dir: registrarDir, Binary: registrarBinary(o),
			Address: addresses.Registrar, Admin: addresses.RegistrarAdmin, Webhook: addresses.RegistrarWebhook,
			HydraAdmin: h.AdminURL(), HydraPublic: h.Issuer(), CA: ca.URL(), Fingerprint: ca.Fingerprint,
		}
		ca.Webhook = a.registrar.WebhookURL()
	}
	return a, nil
}

// openRegistrarDir returns nil where there is no registrar, neither here nor elsewhere.
func openRegistrarDir(dir *state.Dir, o options) (*state.Dir, error) {
	if o.noRegistrar && o.webhook == "" {
		return nil, nil
	}
	return dir.Sub("registrar")
}

// chosen lists what a command runs, in the order of starting: step-ca asks Hydra for its keys when it starts, and the
// registrar needs both.
func (a *authority) chosen(command string) ([]string, []supervise.Service) {
	switch command {
	case "hydra":
		return []string{"hydra"}, []supervise.Service{a.hydra}
	case "step-ca":
		return []string{"step-ca"}, []supervise.Service{a.stepCA}
	}
	names, services := []string{"hydra", "step-ca"}, []supervise.Service{a.hydra, a.stepCA}
	if a.registrar != nil {
		names, services = append(names, "registrar"), append(services, a.registrar)
	}
	return names, services
}

// locked runs f while no other process can run, or wipe, the named programs over the same directory.
func (a *authority) locked(names []string, f func() error) (err error) {
	for _, name := range names {
		unlock, lockErr := a.dir.Lock("." + name + ".lock")
		if lockErr != nil {
			return fmt.Errorf("%s: %w", name, lockErr)
		}
		defer func() { err = errors.Join(err, unlock()) }()
	}
	return f()
}

// announce writes the variables and says the words that others wait for.
func (a *authority) announce(ctx context.Context, command string, stdout io.Writer) error {
	if command != "hydra" || a.stepCA.Exists() {
		if err := a.writeEnvironment(ctx); err != nil {
			return err
		}
	}
	if command != "" {
		command += " "
	}
	_, err := fmt.Fprintf(stdout, "authority %sready\n", command)
	return err
}
