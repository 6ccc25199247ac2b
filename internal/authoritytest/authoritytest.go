package authoritytest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authority"
)

const (
	buildTimeout = 8 * time.Minute // from nothing, on two cores and with other tests beside
	startTimeout = 3 * time.Minute // migrations of Hydra, beside other tests
)

// Options say how the authority behaves. Zero durations leave the defaults: one hour for a token, 24 hours for a
// certificate, of which at least one second may be requested.
type Options struct {
	Dir                           string        // "": a temporary directory
	TokenTTL                      time.Duration // life of an access token
	CertMin, CertDefault, CertMax time.Duration // life of a certificate: shortest, unasked, longest
	Webhook                       string        // https URL that step-ca asks before it issues; "": none
}

// Authority is a running Hydra and a running step-ca. Its addresses survive restarts. The methods fail the test when
// they fail, and are for one goroutine.
type Authority struct {
	HydraAdmin  string // URL
	HydraPublic string // URL, and the issuer
	CAURL       string // URL
	Fingerprint string // SHA-256 of the root certificate in hex
	Dir         string // of all state

	t        testing.TB
	options  Options
	programs *authority.Programs
	hydra    *authority.Process // nil: stopped
	stepCA   *authority.Process // nil: stopped
	env      map[string]string
	caJSON   string // file of ChangeStepCA; "": none
}

// built is shared by the tests of a process: the programs cannot change while it runs.
var built = sync.OnceValues(func() (*authority.Programs, error) {
	ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
	defer cancel()
	return authority.Build(ctx, authority.BuildConfig{Progress: os.Stderr})
})

// Start builds the programs if need be, starts both, and stops them when the test ends.
func Start(t testing.TB, o Options) *Authority {
	t.Helper()
	programs, err := built()
	if missing(err) && os.Getenv("CI") != "true" {
		t.Skip("the real Hydra and step-ca cannot be built here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
		if err := os.Chmod(o.Dir, 0o700); err != nil { // TempDir lets others in
			t.Fatal(err)
		}
	}
	a := &Authority{t: t, options: o, programs: programs, Dir: o.Dir}
	t.Cleanup(a.close)
	a.StartHydra()
	a.StartStepCA()
	return a
}

func missing(err error) bool {
	return errors.Is(err, authority.ErrNoGo) || errors.Is(err, authority.ErrNoCompiler)
}

// Env is what an agent needs to use this authority, as variables.
func (a *Authority) Env() map[string]string { return maps.Clone(a.env) }

// StartHydra starts a stopped Hydra on its old address and waits until it answers.
func (a *Authority) StartHydra() {
	a.t.Helper()
	a.hydra = a.start(a.hydra, authority.Config{Component: authority.Hydra})
}

// StopHydra ends Hydra politely. Its connections are refused from then on.
func (a *Authority) StopHydra() { a.t.Helper(); a.stop(&a.hydra) }

// KillHydra ends Hydra without a chance to tidy up.
func (a *Authority) KillHydra() { a.t.Helper(); a.kill(&a.hydra) }

// WipeHydra stops Hydra, deletes its database, and starts it anew: it has no clients and new signing keys.
func (a *Authority) WipeHydra() {
	a.t.Helper()
	a.StopHydra()
	a.wipe(authority.Hydra)
	a.StartHydra()
}

// StartStepCA starts a stopped step-ca on its old address and waits until it can issue, for which Hydra must run.
func (a *Authority) StartStepCA() {
	a.t.Helper()
	a.startStepCA(false)
}

// StartStepCAWithoutHydra starts a stopped step-ca while Hydra is down. It answers and refuses to issue until it is
// restarted, also when Hydra is back.
func (a *Authority) StartStepCAWithoutHydra() {
	a.t.Helper()
	a.startStepCA(true)
}

// StopStepCA ends step-ca politely.
func (a *Authority) StopStepCA() { a.t.Helper(); a.stop(&a.stepCA) }

// KillStepCA ends step-ca without a chance to tidy up.
func (a *Authority) KillStepCA() { a.t.Helper(); a.kill(&a.stepCA) }

// ChangeStepCA restarts step-ca with a changed ca.json, which is kept until the end of the test.
func (a *Authority) ChangeStepCA(change func(caJSON map[string]any)) {
	a.t.Helper()
	a.StopStepCA()
	data, err := os.ReadFile(filepath.Join(a.Dir, "step-ca", "ca.json"))
	if err != nil {
		a.t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		a.t.Fatal(err)
	}
	change(document)
	if data, err = json.Marshal(document); err != nil {
		a.t.Fatal(err)
	}
	a.caJSON = filepath.Join(a.Dir, "changed-ca.json")
	if err := os.WriteFile(a.caJSON, data, 0o600); err != nil {
		a.t.Fatal(err)
	}
	a.StartStepCA()
}

// WebhookFiles are the certificate chain and the key for the server at Options.Webhook.
func (a *Authority) WebhookFiles() (certificate, key string) {
	dir := filepath.Join(a.Dir, "registrar")
	return filepath.Join(dir, "webhook_cert.pem"), filepath.Join(dir, "webhook_key.pem")
}

// WipeStepCA stops step-ca, deletes its certificates and database, and starts it anew with another root. Fingerprint
// and Env change.
func (a *Authority) WipeStepCA() {
	a.t.Helper()
	a.StopStepCA()
	a.wipe(authority.StepCA)
	a.StartStepCA()
}

func (a *Authority) startStepCA(withoutHydra bool) {
	a.t.Helper()
	a.stepCA = a.start(a.stepCA, authority.Config{
		Component: authority.StepCA, WithoutHydra: withoutHydra, Webhook: a.options.Webhook, CAJSON: a.caJSON,
	})
	env, err := authority.ReadEnv(a.Dir)
	if err != nil {
		a.t.Fatal(err)
	}
	a.env = env
	a.HydraAdmin, a.HydraPublic = env["HYDRA__ADMIN_URL"], env["HYDRA__PUBLIC_URL"]
	a.CAURL, a.Fingerprint = env["MTLS__CA_URL"], env["MTLS__CA_FINGERPRINT"]
}

func (a *Authority) start(running *authority.Process, cfg authority.Config) *authority.Process {
	a.t.Helper()
	if running != nil {
		a.t.Fatalf("%s runs already", cfg.Component)
	}
	o := a.options
	cfg.Dir, cfg.TokenTTL, cfg.CertMin, cfg.CertDefault, cfg.CertMax = a.Dir, o.TokenTTL, o.CertMin, o.CertDefault, o.CertMax
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	p, err := a.programs.Start(ctx, cfg)
	if err != nil {
		a.t.Fatal(err)
	}
	return p
}

func (a *Authority) stop(p **authority.Process) {
	a.t.Helper()
	if *p == nil {
		return
	}
	if err := (*p).Stop(); err != nil {
		a.t.Error(err)
	}
	*p = nil
}

func (a *Authority) kill(p **authority.Process) {
	if *p != nil {
		(*p).Kill()
		*p = nil
	}
}

func (a *Authority) wipe(c authority.Component) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := a.programs.Wipe(ctx, a.Dir, c); err != nil {
		a.t.Fatal(err)
	}
}

func (a *Authority) close() {
	a.StopStepCA()
	a.StopHydra()
}
