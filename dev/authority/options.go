package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
	"github.com/getbindu/bindu-go/dev/authority/internal/stepca"
)

var errUsage = errors.New("usage")

// options are what the flags say.
type options struct {
	command      string // "", "hydra", "step-ca", "build", "wipe-hydra" or "wipe-step-ca"
	dir          string
	addresses    state.Addresses
	tokenTTL     time.Duration
	certificates stepca.Durations
	withoutHydra bool
	caJSON       string // file in place of the ca.json that is made; "": none
	webhook      string // URL of the webhook of a registrar elsewhere; "": none
	noRegistrar  bool
	stopOnEOF    bool
	noBuild      bool
	bin          string // where built programs are kept
	source       string // directory of the Hydra module
	patience     time.Duration
}

var commands = map[string]bool{"hydra": true, "step-ca": true, "build": true, "wipe-hydra": true, "wipe-step-ca": true}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	if len(args) > 0 && commands[args[0]] {
		o.command, args = args[0], args[1:]
	}
	set := flag.NewFlagSet("authority", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&o.dir, "dir", ".authority", "directory of all state; created on the first run")
	set.StringVar(&o.addresses.HydraPublic, "hydra-public", "", "host:port of Hydra's public API; port 0 picks a free one, which is remembered (default: the remembered one, or 127.0.0.1:4444)")
	set.StringVar(&o.addresses.HydraAdmin, "hydra-admin", "", "host:port of Hydra's admin API (default: the remembered one, or 127.0.0.1:4445)")
	set.StringVar(&o.addresses.StepCA, "step-ca", "", "host:port of step-ca (default: the remembered one, or 127.0.0.1:9000)")
	set.DurationVar(&o.tokenTTL, "token-ttl", time.Hour, "life of an access token")
	set.DurationVar(&o.certificates.Default, "cert-default", 24*time.Hour, "life of a certificate whose request names none")
	set.DurationVar(&o.certificates.Min, "cert-min", time.Second, "shortest life that may be requested")
	set.DurationVar(&o.certificates.Max, "cert-max", 24*time.Hour, "longest life that may be requested")
	set.StringVar(&o.addresses.Registrar, "registrar", "", "host:port of the registrar (default: the remembered one, or 127.0.0.1:3783)")
	set.StringVar(&o.addresses.RegistrarAdmin, "registrar-admin", "", "host:port of the registrar's admin port (default: the remembered one, or 127.0.0.1:3784)")
	set.StringVar(&o.addresses.RegistrarWebhook, "registrar-webhook", "", "host:port at which step-ca asks the registrar (default: the remembered one, or 127.0.0.1:3785)")
	set.BoolVar(&o.noRegistrar, "without-registrar", false, "neither build nor run a registrar: agents are given Hydra's admin API")
	set.BoolVar(&o.withoutHydra, "without-hydra", false, "start step-ca although Hydra does not answer; it will refuse every request until it is restarted")
	set.StringVar(&o.webhook, "webhook", "", "https URL that step-ca asks before it issues a certificate, of a registrar that is run elsewhere; its certificate and key are made in registrar/ below --dir")
	set.StringVar(&o.caJSON, "ca-json", "", "start step-ca with this file in place of the ca.json that is made")
	set.BoolVar(&o.stopOnEOF, "stop-on-eof", false, "stop when standard input ends, as it does when the starting program dies")
	set.BoolVar(&o.noBuild, "no-build", false, "run Hydra and the registrar as the last build left them, without looking whether their source has changed, which takes seconds")
	set.StringVar(&o.bin, "bin", "", "directory of built programs (default: bindu-go/authority in the user's cache directory)")
	set.StringVar(&o.source, "source", sourceDir(), "directory of the Hydra module to build from")
	set.DurationVar(&o.patience, "patience", time.Minute, "how long each program may take to start")
	if err := set.Parse(args); err != nil {
		return o, errors.Join(errUsage, err)
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("%w: unknown argument %q; the commands are hydra, step-ca, build, wipe-hydra and wipe-step-ca", errUsage, set.Arg(0))
	}
	if c := o.certificates; c.Min <= 0 || c.Min > c.Default || c.Default > c.Max {
		return o, fmt.Errorf("%w: 0 < --cert-min <= --cert-default <= --cert-max does not hold for %s, %s, %s", errUsage, c.Min, c.Default, c.Max)
	}
	if o.tokenTTL < time.Second {
		return o, fmt.Errorf("%w: --token-ttl %s is less than a second", errUsage, o.tokenTTL)
	}
	if o.webhook != "" {
		if err := stepca.CheckWebhook(o.webhook); err != nil {
			return o, fmt.Errorf("%w: --webhook: %w", errUsage, err)
		}
	}
	o.noRegistrar = o.noRegistrar || o.webhook != "" || o.command != "" && o.command != "build"
	return o, o.defaultBin()
}

func (o *options) defaultBin() error {
	if o.bin != "" {
		return nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("%w; remedy: set --bin", err)
	}
	o.bin = filepath.Join(cache, "bindu-go", "authority")
	return nil
}

// sourceDir is the Hydra module beside the file that this program was compiled from.
func sourceDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "hydra")
}
