package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
)

// cards describes the agent to peers, under the one address of [Agent.URL], and signs
// that once: the DID document has the key, without whose signature no peer takes a card.
func (a *Agent) cards(who self, url string, skills, extended *skill.Set) (*card.Card, error) {
	cfg := configs.Card(a.opts.Settings)
	cfg.URL, cfg.DID, cfg.KeyBound, cfg.AgentID = url, who.DID, who.DID.BoundTo(who.Key.PublicKey()), who.agentID()
	cfg.Modified, cfg.InputModes = a.started, a.opts.modes()
	cfg.Skills, cfg.ExtendedSkills = cardSkills(url, skills), cardSkills(url, extended)
	var err error
	if cfg.Key, err = who.Key.Assertion(); err != nil {
		return nil, err
	}
	return card.New(cfg)
}

func (a *Agent) a2aHandler(tasks *task.Service, cards *card.Card) (*a2a.Handler, error) {
	cfg := configs.Requests(a.opts.Settings)
	cfg.Tasks, cfg.Logger, cfg.ExtendedCard = tasks, a.log, cards.Extended()
	return a2a.NewHandler(cfg)
}

// bindings are the paths at which A2A is spoken, all behind the gates.
func bindings(h *a2a.Handler) map[string]gate.Route {
	routes := map[string]gate.Route{
		"/": {Methods: []string{http.MethodPost}, Handler: h, Unbound: true},
	}
	rest := h.HTTPJSON()
	for path, calls := range a2a.HTTPJSONRoutes() {
		routes[path] = gate.Route{Calls: calls, Handler: rest}
	}
	grpc := h.GRPC()
	for path, method := range a2a.GRPCRoutes() {
		routes[path] = gate.Route{Calls: map[string]string{http.MethodPost: method}, GRPC: true, Handler: grpc}
	}
	return routes
}
