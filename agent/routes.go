package agent

import (
	"encoding/json"
	"net/http"
	"runtime"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// routes lists every path the agent answers. What is not here is 404.
func (a *Agent) routes() (public, protected map[string]gate.Route, err error) {
	skills, err := openSkills(a.set)
	if err != nil {
		return nil, nil, err
	}
	cards, err := a.cards(skills)
	if err != nil {
		return nil, nil, err
	}
	rpc, err := a.a2aHandler()
	if err != nil {
		return nil, nil, err
	}
	described, err := did.NewDocument(a.did, a.key, a.created(), a.url)
	if err != nil {
		return nil, nil, err
	}
	document := did.NewHandler(described)
	read := []string{http.MethodGet}
	public = map[string]gate.Route{
		"/.well-known/agent.json":      {Methods: read, Handler: cards},
		"/.well-known/agent-card.json": {Methods: read, Handler: cards},
		"/.well-known/did.json":        {Methods: read, Handler: document},
		"/did/resolve":                 {Methods: []string{http.MethodGet, http.MethodPost}, Handler: document},
		"/agent/info":                  {Methods: read, Handler: http.HandlerFunc(a.serveInfo)},
		"/health":                      {Methods: read, Handler: http.HandlerFunc(a.serveHealth)},
	}
	if err := addSkills(public, skills); err != nil {
		return nil, nil, err
	}
	protected = map[string]gate.Route{
		"/": {Methods: []string{http.MethodPost}, Handler: rpc, Unbound: true},
	}
	return public, protected, nil
}

// serveInfo says who this agent is; everything in it is on the card too.
func (a *Agent) serveInfo(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{
		"did": a.did.String(), "agent_id": a.agentID(), "name": a.set.Agent.Name, "description": description(a.set),
		"version": a.set.Agent.Version, "url": a.url, "signature_schemes": signature.Schemes(),
	})
}

// serveHealth has the members that clients of the reference read. It tells
// strangers nothing that the card does not; /readyz has the reasons.
func (a *Agent) serveHealth(w http.ResponseWriter, _ *http.Request) {
	ready := len(a.ready.why()) == 0
	health, status := "healthy", "ok"
	if !ready {
		health, status = "degraded", "degraded"
	}
	writeJSON(w, map[string]any{
		"version": a.set.Agent.Version, "health": health, "status": status, "ready": ready,
		"uptime_seconds": int64(a.opts.Now().Sub(a.started).Seconds()),
		"application":    map[string]string{"penguin_id": a.agentID(), "agent_did": a.did.String()},
		"runtime":        map[string]string{"language": "go"},
		"system":         map[string]string{"platform": runtime.GOOS},
	})
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
