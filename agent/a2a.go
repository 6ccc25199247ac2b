package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/skill"
)

// cards describes the agent to peers, under the one address of [Agent.URL].
func (a *Agent) cards(skills *skill.Set) (http.Handler, error) {
	s := a.set.Agent
	return card.New(card.Config{
		Name: string(s.Name), Description: description(a.set), Version: string(s.Version), URL: a.url,
		DID: a.did, KeyBound: a.did.BoundTo(a.key.PublicKey()),
		AgentID: a.agentID(), Author: string(s.Author), AgentName: string(s.Name),
		Skills:    a.cardSkills(skills),
		MutualTLS: a.mode() != gate.ModeOff,
		Token:     a.mode() != gate.ModeMTLS,
		TokenURL:  a.tokenURL(),
		Permissions: map[string]string{
			identity.PermissionRead:  "read one's own tasks and contexts",
			identity.PermissionWrite: "send messages, give feedback, cancel and clear what is one's own",
			identity.PermissionAdmin: "cancel and clear anyone's tasks",
		},
	})
}

func (a *Agent) a2aHandler() (http.Handler, error) {
	return a2a.NewHandler(a2a.HandlerConfig{
		Tasks:       a.tasks,
		MaxBody:     int64(a.set.Limits.BodyBytes),
		MaxDepth:    int(a.set.Limits.JSONDepth),
		AnswerBytes: int64(a.set.Limits.AnswerBytesPerDID),
		Logger:      a.log,
	})
}
