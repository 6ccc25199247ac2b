package agent

import (
	"net/http"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/hotkeys"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
)

// armGates builds the chain. Nothing is listening yet, so no request can come
// before every gate is in place.
func (a *Agent) armGates(is standing, by trust, tasks *task.Service) (http.Handler, error) {
	revoked, err := a.followRevocations(is.authority)
	if err != nil {
		return nil, err
	}
	keys, memory, err := a.keyResolver(is.authority, is.keys, revoked)
	if err != nil {
		return nil, err
	}
	a.keys = keys
	tokens, err := a.tokenVerifier(by.issuers, is.authority, is.issuer, revoked)
	if err != nil {
		return nil, err
	}
	public, protected, err := a.routes(is, tasks)
	if err != nil {
		return nil, err
	}
	cfg := configs.Gates(a.opts.Settings)
	cfg.Self, cfg.Key, cfg.Issuer = is.DID, is.Key, is.issuer.ofCertificates
	cfg.Tokens, cfg.Keys, cfg.Memory, cfg.Replay = tokens, keys, memory, is.accepted
	cfg.Policy, cfg.Recorder = by.policy, a.audit
	cfg.Public, cfg.Protected = public, protected
	cfg.Unlisted = map[string]gate.Reason{skill.ListPath + "/": gate.SkillNotFound}
	cfg.Now, cfg.Rand = a.opts.Now, a.opts.Rand
	cfg.VerifySignature = hotkeys.New(configs.HotKeys(a.opts.Settings)).Verify
	a.startWebhooks(revoked, by.policy)
	if revoked != nil {
		cfg.Revoked = revoked.Revoked
		a.background("follow revocations", revoked.Run)
	}
	if source := is.certificate.Source(); source != nil {
		cfg.CheckPeer = source.CheckPeer
	}
	return gate.New(cfg)
}
