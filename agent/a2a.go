package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/skill"
)

// cards describes the agent to peers, under the one address of [Agent.URL].
func (a *Agent) cards(skills *skill.Set) (http.Handler, error) {
	cfg := configs.Card(a.set)
	cfg.URL, cfg.DID, cfg.KeyBound, cfg.AgentID = a.url, a.did, a.did.BoundTo(a.key.PublicKey()), a.agentID()
	cfg.Skills = a.cardSkills(skills)
	return card.New(cfg)
}

func (a *Agent) a2aHandler() (http.Handler, error) {
	cfg := configs.Requests(a.set)
	cfg.Tasks, cfg.Logger = a.tasks, a.log
	return a2a.NewHandler(cfg)
}
