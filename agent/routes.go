package agent

import (
	"encoding/json"
	"net/http"
	"runtime"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/mcp"
	"github.com/getbindu/bindu-go/task"
)

// routes lists every path the agent answers. What is not here is 404.
func (a *Agent) routes(is standing, tasks *task.Service, tools *mcp.Handler) (public, protected map[string]gate.Route, err error) {
	skills, extended, err := a.opts.skills()
	if err != nil {
		return nil, nil, err
	}
	cards, err := a.cards(is.self, is.url, skills, extended)
	if err != nil {
		return nil, nil, err
	}
	handler, err := a.a2aHandler(tasks, cards)
	if err != nil {
		return nil, nil, err
	}
	described, err := did.NewDocument(is.DID, is.Key, is.client.created(), is.url)
	if err != nil {
		return nil, nil, err
	}
	document := did.NewHandler(described)
	read := []string{http.MethodGet}
	public = map[string]gate.Route{
		"/.well-known/agent.json":      {Methods: read, Handler: cards},
		"/.well-known/agent-card.json": {Methods: read, Handler: cards},
		did.PathDocument:               {Methods: read, Handler: document},
		did.PathResolve:                {Methods: []string{http.MethodGet, http.MethodPost}, Handler: document},
		"/agent/info":                  {Methods: read, Handler: a.info(is)},
		"/health":                      {Methods: read, Handler: a.health(is.self)},
	}
	if err := addSkills(public, skills); err != nil {
		return nil, nil, err
	}
	protected = bindings(handler)
	a.addMCP(protected, tools)
	return public, protected, nil
}

// info says who this agent is; everything in it is on the card too.
func (a *Agent) info(is standing) http.Handler {
	set := a.opts.Settings
	return answer(func() any {
		return map[string]any{
			"did": is.DID.String(), "agent_id": is.agentID(), "name": set.Agent.Name, "description": configs.Description(set),
			"version": set.Agent.Version, "url": is.url, "signature_schemes": signature.Schemes(),
		}
	})
}

// health has the members that clients of the reference read. It tells strangers
// nothing that the card does not; /readyz has the reasons.
func (a *Agent) health(who self) http.Handler {
	return answer(func() any {
		ready := len(a.ready.why()) == 0
		health, status := "healthy", "ok"
		if !ready {
			health, status = "degraded", "degraded"
		}
		return map[string]any{
			"version": a.opts.Settings.Agent.Version, "health": health, "status": status, "ready": ready,
			"uptime_seconds": int64(a.opts.Now().Sub(a.started).Seconds()),
			"application":    map[string]string{"penguin_id": who.agentID(), "agent_did": who.DID.String()},
			"runtime":        map[string]string{"language": "go"},
			"system":         map[string]string{"platform": runtime.GOOS},
		}
	})
}

// answer answers with what describe returns, as JSON.
func answer(describe func() any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, describe()) })
}

func writeJSON(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // the peer is gone if this fails
}
