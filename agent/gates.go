package agent

import (
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
)

// mode is the settings' mode in the gate's terms.
func (a *Agent) mode() gate.Mode {
	switch {
	case !bool(a.set.MTLS.Enabled):
		return gate.ModeOff
	case a.set.MTLS.Mode == settings.ModeMTLS:
		return gate.ModeMTLS
	default:
		return gate.ModeHybrid
	}
}

// auth0Numbers reports whether refusals have the numbers of Auth0's guide.
func (a *Agent) auth0Numbers() bool {
	auth := a.set.Auth
	return auth.ErrorCodes == settings.ErrorCodesAuth0 ||
		auth.ErrorCodes == settings.ErrorCodesAuto && auth.Provider == settings.ProviderAuth0
}

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
	l := a.set.Limits
	cfg := gate.Config{
		Self:             a.did,
		Issuer:           a.issuer,
		Mode:             a.mode(),
		TokenMode:        gate.TokenMode(a.set.Auth.TokenMode),
		AllowUncertified: bool(a.set.MTLS.AllowUncertified),
		TokenOnly:        !bool(a.set.Auth.RequireDID),
		RequireKeyBound:  bool(a.set.DID.RequireKeyBound),
		Auth0Numbers:     a.auth0Numbers(),
		Window:           time.Duration(a.set.DID.TimestampWindow),
		Permissions:      gate.Permissions(a2a.Permissions()).Override(gate.Permissions(a.set.Auth.Permissions)),
		Admins:           a.set.Auth.Admins,
		Tokenless:        a.set.Auth.TokenlessPermissions,
		Tokens:           tokens,
		Keys:             keys,
		Memory:           memory,
		Replay:           a.replay,
		Policy:           a.policy,
		Recorder:         a.audit,
		Public:           public,
		Protected:        protected,
		Unlisted:         map[string]gate.Reason{skill.ListPath + "/": gate.SkillNotFound},
		Limits: gate.Limits{
			TargetBytes: int(l.TargetBytes), BodyBytes: int64(l.BodyBytes), BodyBytesHeld: int64(l.BodyBytesPerDID), BodyTime: time.Duration(l.BodyTimeout), TokenBytes: int(l.TokenBytes), DIDBytes: int(l.DIDBytes), JSONDepth: int(l.JSONDepth),
			InFlight: int(l.RequestsPerDID), Rate: float64(l.RatePerDID), Burst: int(l.RateBurst),
		},
		Now:  a.opts.Now,
		Rand: a.opts.Rand,
	}
	if a.keeper != nil {
		cfg.CheckPeer = a.keeper.Source().CheckPeer
	}
	a.handler, err = gate.New(cfg)
	return err
}
