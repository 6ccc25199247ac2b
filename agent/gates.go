package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/hotkeys"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/mcp"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
)

// others is how the keys of other agents are found, and who of them is revoked.
type others struct {
	keys    gate.KeyResolver
	memory  gate.KeyMemory // nil where none is kept
	revoked *revocations   // nil where nobody tells of them
}

// learnOthers finds out whom the keys of callers and peers are asked of.
func (a *Agent) learnOthers(is standing) (o others, err error) {
	if o.revoked, err = a.followRevocations(is.authority); err != nil {
		return o, err
	}
	o.keys, o.memory, err = a.keyResolver(is.authority, is.keys, o.revoked)
	a.keys = o.keys
	return o, err
}

// followAlone follows revocations where no gate does: what is kept of peers ends with
// them, too.
func (a *Agent) followAlone(o others) {
	if o.revoked != nil {
		a.background("follow revocations", o.revoked.Run)
	}
}

// armGates builds the chain. Nothing is listening yet, so no request can come
// before every gate is in place.
func (a *Agent) armGates(is standing, by trust, others others, tasks *task.Service, tools *mcp.Handler) (http.Handler, error) {
	tokens, err := a.tokenVerifier(by.issuers, is.authority, is.issuer, others.revoked)
	if err != nil {
		return nil, err
	}
	public, protected, err := a.routes(is, tasks, tools)
	if err != nil {
		return nil, err
	}
	cfg := configs.Gates(a.opts.Settings)
	cfg.Self, cfg.Key, cfg.Issuer = is.DID, is.Key, is.issuer.ofCertificates
	cfg.Tokens, cfg.Keys, cfg.Memory, cfg.Replay = tokens, others.keys, others.memory, is.accepted
	cfg.Policy, cfg.Recorder = by.policy, a.audit
	cfg.Public, cfg.Protected = public, protected
	cfg.Unlisted = map[string]gate.Reason{skill.ListPath + "/": gate.SkillNotFound}
	cfg.Now, cfg.Rand = a.opts.Now, a.opts.Rand
	cfg.VerifySignature = hotkeys.New(configs.HotKeys(a.opts.Settings)).Verify
	a.startWebhooks(others.revoked, by.policy)
	if others.revoked != nil {
		cfg.Revoked = others.revoked.Revoked
		a.background("follow revocations", others.revoked.Run)
	}
	if source := is.certificate.Source(); source != nil {
		cfg.CheckPeer = source.CheckPeer
	}
	return gate.New(cfg)
}
