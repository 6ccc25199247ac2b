package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
)

// cards describes the agent to peers, under the one address of [Agent.URL].
func (a *Agent) cards(who self, url string, skills *skill.Set) (http.Handler, error) {
	cfg := configs.Card(a.opts.Settings)
	cfg.URL, cfg.DID, cfg.KeyBound, cfg.AgentID = url, who.DID, who.DID.BoundTo(who.Key.PublicKey()), who.agentID()
	cfg.Skills = cardSkills(url, skills)
	return card.New(cfg)
}

func (a *Agent) a2aHandler(tasks *task.Service) (http.Handler, error) {
	cfg := configs.Requests(a.opts.Settings)
	cfg.Tasks, cfg.Logger = tasks, a.log
	return a2a.NewHandler(cfg)
}
