package operator

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns what was logged since it was called last.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	l.text.Reset()
	return text
}

// Each decision is one line at level Info, with who decided and what; what was refused or
// only looked at is none, and neither secrets nor notes are in it.
func TestDecisionsAreLogged(t *testing.T) {
	a := newAsked(t, func(c *registrar.Config) { c.Mode = registrar.ModeApprove })
	ctx := t.Context()
	who := fmt.Sprintf(`remote="user %d"`, os.Geteuid())
	logged := func(err error, parts ...string) {
		t.Helper()
		must(t, err)
		line := a.log.take()
		if strings.Count(line, "\n") != 1 {
			t.Errorf("not one line: %q", line)
		}
		for _, part := range append(parts, "level=INFO", "gate=operator", who) {
			if !strings.Contains(line, part) {
				t.Errorf("%q lacks %q", line, part)
			}
		}
		if strings.Contains(line, "bindu-enrol-") || strings.Contains(line, "stolen laptop") {
			t.Errorf("%q says too much", line)
		}
	}
	poet, thief := registrartest.NewAgent(t, "poet"), registrartest.NewAgent(t, "thief")
	for _, agent := range []registrartest.Agent{poet, thief} {
		a.Register(a.Registrar, agent, agent.Body(registrartest.SecretOf("s")))
	}
	a.log.take()
	name, print := poet.DID.String(), registrar.Fingerprint(poet.Key.PublicKey())
	thiefs := registrar.Fingerprint(thief.Key.PublicKey())
	logged(a.Approve(ctx, name, print), "method=approve", "did="+name, "fingerprint="+print)
	logged(a.Deny(ctx, thief.DID.String(), thiefs), "method=deny", "did="+thief.DID.String(), "fingerprint="+thiefs)
	grant := func(scopes ...string) error { _, err := a.Grant(ctx, name, scopes); return err }
	logged(grant("agent:admin", "agent:read"), "method=grant", "did="+name, `scopes="agent:admin agent:read"`)
	logged(grant(), "method=grant", "did="+name, `scopes=""`)
	_, err := a.Revoke(ctx, name, "stolen laptop")
	logged(err, "method=revoke", "did="+name, "noted=true")
	logged(a.Restore(ctx, name, ""), "method=restore", "did="+name, "noted=false")
	made, err := a.CreateToken(ctx, NewToken{Author: "author", Name: "po*", Uses: 2, Lifetime: time.Hour})
	logged(err, "method=token_create", "token_id="+made.ID, "author=author", "name=po*", "uses=2", "expires=")
	logged(a.RevokeToken(ctx, made.ID), "method=token_revoke", "token_id="+made.ID)

	wantReason(t, a.Restore(ctx, name, ""), "not_revoked")
	_, err = a.Show(ctx, name)
	must(t, err)
	if line := a.log.take(); line != "" {
		t.Errorf("logged %q", line)
	}
}
