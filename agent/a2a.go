package agent

import (
	"context"
	"net/http"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/skill"
)

// cards describes the agent to peers, under the one address of [Agent.URL].
func (a *Agent) cards(skills *skill.Set) (http.Handler, error) {
	s := a.set.Agent
	return card.New(card.Config{
		Name: s.Name, Description: description(a.set), Version: s.Version, URL: a.url,
		DID: a.did, KeyBound: a.did.BoundTo(a.key.PublicKey()),
		AgentID: a.agentID(), Author: s.Author, AgentName: s.Name,
		Skills:    a.cardSkills(skills),
		MutualTLS: a.mode() != gate.ModeOff,
		Token:     a.mode() != gate.ModeMTLS,
		TokenURL:  a.tokenURL(),
		Permissions: map[string]string{
			gate.PermissionRead:  "read one's own tasks and contexts",
			gate.PermissionWrite: "send messages, give feedback, cancel and clear what is one's own",
			gate.PermissionAdmin: "cancel and clear anyone's tasks",
		},
	})
}

func (a *Agent) a2aHandler() (http.Handler, error) {
	return a2a.NewHandler(a2a.HandlerConfig{
		Tasks:       a.tasks,
		MaxBody:     a.set.Limits.BodyBytes,
		MaxDepth:    a.set.Limits.JSONDepth,
		AnswerBytes: a.set.Limits.AnswerBytes,
		Refused:     a.refusedTask,
		Logger:      a.log,
	})
}

// refusedTask counts and logs what every gate let through and the tasks have no
// room, no worker or no storage for.
func (a *Agent) refusedTask(ctx context.Context, method, reason string, err error) {
	e := audit.Event{Decision: audit.Refused, Gate: "task", Reason: reason, Method: method, Cause: err}
	if c, ok := identity.CallerFromContext(ctx); ok {
		e.DID = c.Name()
	}
	a.audit.Record(ctx, e)
}
