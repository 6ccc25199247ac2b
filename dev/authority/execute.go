package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/gobuild"
	"github.com/getbindu/bindu-go/dev/authority/internal/hydra"
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
		return buildHydra(ctx, o, stderr)
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
			if err := buildHydra(ctx, o, stderr); err != nil {
				return err
			}
		}
		return supervise.Run(ctx, supervise.Config{
			Progress: stderr,
			Tick:     tick,
			Patience: o.patience,
			Grace:    grace,
			Hurry:    hurry,
			OnReady:  func() error { return a.announce(o.command, stdout) },
		}, services...)
	})
}

// authority is both programs over one directory.
type authority struct {
	dir    *state.Dir
	hydra  *hydra.Service
	stepCA *stepca.Service
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
	webhookDir, err := openWebhookDir(dir, o)
	if err != nil {
		return nil, err
	}
	h := &hydra.Service{
		Dir: hydraDir, Binary: hydraBinary(o), Public: addresses.HydraPublic, Admin: addresses.HydraAdmin,
		TokenTTL: o.tokenTTL, Rand: rand.Reader,
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	return &authority{dir: dir, hydra: h, stepCA: &stepca.Service{
		Dir: stepDir, Executable: self, Address: addresses.StepCA, Issuer: h.Issuer(),
		Durations: o.certificates, WithoutHydra: o.withoutHydra, Config: o.caJSON, Webhook: o.webhook, WebhookDir: webhookDir,
	}}, nil
}

// openWebhookDir returns nil where there is no webhook.
func openWebhookDir(dir *state.Dir, o options) (*state.Dir, error) {
	if o.webhook == "" {
		return nil, nil
	}
	return dir.Sub("registrar")
}

// chosen lists what a command runs, in the order of starting: step-ca asks Hydra for its keys when it starts.
func (a *authority) chosen(command string) ([]string, []supervise.Service) {
	switch command {
	case "hydra":
		return []string{"hydra"}, []supervise.Service{a.hydra}
	case "step-ca":
		return []string{"step-ca"}, []supervise.Service{a.stepCA}
	default:
		return []string{"hydra", "step-ca"}, []supervise.Service{a.hydra, a.stepCA}
	}
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
func (a *authority) announce(command string, stdout io.Writer) error {
	if command != "hydra" || a.stepCA.Exists() {
		if err := a.writeEnvironment(); err != nil {
			return err
		}
	}
	if command != "" {
		command += " "
	}
	_, err := fmt.Fprintf(stdout, "authority %sready\n", command)
	return err
}

func hydraBinary(o options) string { return filepath.Join(o.bin, "hydra") }

// buildHydra makes the real Hydra from its Go module. The tags leave the resolver and the user database to Go, so that
// a static program for an image is made of the same compiled packages.
func buildHydra(ctx context.Context, o options, progress io.Writer) error {
	bin, err := state.Open(o.bin)
	if err != nil {
		return err
	}
	unlock, err := bin.WaitLock(".hydra.lock")
	if err != nil {
		return err
	}
	err = gobuild.Build(ctx, gobuild.Program{
		Name: "hydra", Source: o.source, Output: hydraBinary(o), Progress: progress, Tick: tick,
		Args: []string{"-tags", "sqlite,sqlite_omit_load_extension,osusergo,netgo", "-ldflags", "-s -w"},
	})
	return errors.Join(err, unlock())
}
