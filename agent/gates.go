package agent

import (
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/skill"
)

// armGates builds the chain. Nothing is listening yet, so no request can come
// before every gate is in place.
func (a *Agent) armGates() error {
	keys, memory, err := a.keyResolver()
	if err != nil {
		return err
	}
	tokens, err := a.tokenVerifier()
	if err != nil {
		return err
	}
	public, protected, err := a.routes()
	if err != nil {
		return err
	}
	cfg := configs.Gates(a.set)
	cfg.Self, cfg.Issuer = a.did, a.issuer
	cfg.Tokens, cfg.Keys, cfg.Memory, cfg.Replay = tokens, keys, memory, a.replay
	cfg.Policy, cfg.Recorder = a.policy, a.audit
	cfg.Public, cfg.Protected = public, protected
	cfg.Unlisted = map[string]gate.Reason{skill.ListPath + "/": gate.SkillNotFound}
	cfg.Now, cfg.Rand = a.opts.Now, a.opts.Rand
	if a.keeper != nil {
		cfg.CheckPeer = a.keeper.Source().CheckPeer
	}
	a.handler, err = gate.New(cfg)
	return err
}
