package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// player is one of the two agents, and what its gates let through last.
type player struct {
	name  string
	set   settings.Settings
	agent *agent.Agent
	done  chan error

	mu   sync.Mutex
	last identity.Caller
}

// settingsOf adds what is the agent's own to what leads to the authority.
func settingsOf(env map[string]string, name, dir string) (settings.Settings, error) {
	all := maps.Clone(env)
	maps.Copy(all, map[string]string{
		"AGENT__NAME": name, "AGENT__AUTHOR": "demo@example.com", "AGENT__DIR": dir,
		"NETWORK__HOST": "127.0.0.1", "NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	})
	environ := make([]string, 0, len(all))
	for k, v := range all {
		environ = append(environ, k+"="+v)
	}
	return settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
}

// Execute answers in the agent's own words and remembers who asked.
func (p *player) Execute(_ context.Context, r task.Request, emit task.Emit) (task.Result, error) {
	p.mu.Lock()
	p.last = r.Caller
	p.mu.Unlock()
	answer := fmt.Sprintf("%s read %q", p.name, r.Text())
	return task.Result{}, emit(&a2a.Artifact{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart(answer)}}, false)
}

// proved says what each gate saw of the last caller.
func (p *player) proved() [][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.last
	bound := "the DID is derived from the key"
	if !c.KeyBound {
		bound = "the DID is not derived from the key"
	}
	return [][]string{
		{"certificate", "serial " + c.CertificateSerial + ", for " + c.DID.String()},
		{"token", "client " + c.Claims.ClientID + ", may " + strings.Join(c.Claims.Scopes, " ")},
		{"signature", string(c.Scheme) + ", " + bound},
	}
}
