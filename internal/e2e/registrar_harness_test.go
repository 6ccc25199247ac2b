package e2e

import (
	"context"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar/daemon"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/settings"
)

// registry is the registrar of a stack, the program itself in this process.
type registry struct {
	*daemon.Daemon
	*stack
	dir      string
	operator *operator.Client
	log      *syncBuffer
}

// newRegistry starts an authority, and a registrar that alone holds Hydra's admin API.
func newRegistry(t *testing.T, o authoritytest.Options, extra map[string]string) *registry {
	t.Helper()
	return startRegistry(t, o, extra, 0)
}

// startRegistry is newRegistry with the time between two looks at what may be away.
func startRegistry(t *testing.T, o authoritytest.Options, extra map[string]string, probeEvery time.Duration) *registry {
	t.Helper()
	r := &registry{stack: newDirectStack(t, o), log: &syncBuffer{}}
	r.dir = filepath.Join(r.root, "registrar")
	env := map[string]string{
		"REGISTRAR__AUTHOR": "e2e@example.com", "REGISTRAR__DIR": r.dir, "NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	}
	for _, name := range []string{"HYDRA__ADMIN_URL", "HYDRA__PUBLIC_URL", "MTLS__CA_URL", "MTLS__CA_ROOT_URL", "MTLS__CA_FINGERPRINT"} {
		env[name] = r.auth.Env()[name]
	}
	maps.Copy(env, r.webhook(o.Webhook))
	maps.Copy(env, extra)
	set, err := settings.LoadRegistrar(settings.Options{Environ: environ(env), SkipDotEnv: true})
	if err != nil {
		t.Fatal(err)
	}
	r.Daemon, err = daemon.New(daemon.Options{Settings: set, Logger: slog.New(slog.NewTextHandler(r.log, nil)), ProbeEvery: probeEvery})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-r.Serving():
	case err := <-done:
		done <- nil
		t.Fatalf("the registrar did not start: %v\n%s", err, r.log)
	case <-time.After(patience):
		t.Fatalf("the registrar does not serve\n%s", r.log)
	}
	r.operator = operator.NewClient(r.dir)
	t.Cleanup(r.operator.Close)
	return r
}

func environ(env map[string]string) (all []string) {
	for k, v := range env {
		all = append(all, k+"="+v)
	}
	return all
}

// webhook are the settings of a registrar which step-ca asks at the URL, if there is one.
func (r *registry) webhook(address string) map[string]string {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		r.t.Fatal(err)
	}
	certificate, key := r.auth.WebhookFiles()
	return map[string]string{
		"REGISTRAR__WEBHOOK_URL": address, "NETWORK__WEBHOOK_PORT": u.Port(), "REGISTRAR__WEBHOOK_CERT_FILE": certificate, "REGISTRAR__WEBHOOK_KEY_FILE": key,
	}
}

// newTokenFor is an enrolment token for one agent.
func newTokenFor(author, name string) operator.NewToken {
	return operator.NewToken{Author: author, Name: name, Uses: 1, Lifetime: time.Hour}
}

// token returns an enrolment token for one agent of any name.
func (r *registry) token() string {
	r.t.Helper()
	made, err := r.operator.CreateToken(r.t.Context(), newTokenFor("*", "*"))
	if err != nil {
		r.t.Fatal(err)
	}
	return made.Text
}

// reach is how an agent reaches the registrar, in place of the admin API.
func (r *registry) reach() map[string]string {
	return map[string]string{
		"HYDRA__ADMIN_URL": "", "REGISTRAR__URL": "https://" + r.Addr().String(), "REGISTRAR__DID": r.DID().String(),
	}
}

// launch boots an agent that knows the registrar, and no admin API.
func (r *registry) launch(name string, extra map[string]string) *running {
	r.t.Helper()
	env := r.reach()
	maps.Copy(env, extra)
	return r.stack.launch(name, env)
}

// start is launch for a new agent, with a token, and waits until it serves.
func (r *registry) start(name string, extra map[string]string) *running {
	r.t.Helper()
	env := map[string]string{"REGISTRAR__ENROLMENT_TOKEN": r.token()}
	maps.Copy(env, extra)
	return r.launch(name, env).await()
}
