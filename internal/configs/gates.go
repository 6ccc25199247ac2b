package configs

import (
	"time"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/configs/shared"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
)

// Gates is what callers have to prove, and how much they may ask for.
func Gates(set settings.Settings) gate.Config {
	return gate.Config{
		Mode:             mode(set),
		TokenMode:        gate.TokenMode(set.Auth.TokenMode),
		AllowUncertified: bool(set.MTLS.AllowUncertified),
		TokenOnly:        !bool(set.Auth.RequireDID),
		RequireKeyBound:  bool(set.DID.RequireKeyBound),
		Auth0Numbers:     auth0Numbers(set),
		Window:           time.Duration(set.DID.TimestampWindow),
		Permissions:      Permissions(set),
		Admins:           set.Auth.Admins,
		Tokenless:        set.Auth.TokenlessPermissions,
		Limits:           limits(set.Limits),
	}
}

func mode(set settings.Settings) gate.Mode {
	switch {
	case !bool(set.MTLS.Enabled):
		return gate.ModeOff
	case set.MTLS.Mode == settings.ModeMTLS:
		return gate.ModeMTLS
	default:
		return gate.ModeHybrid
	}
}

// auth0Numbers reports whether refusals have the numbers of Auth0's guide.
func auth0Numbers(set settings.Settings) bool {
	auth := set.Auth
	return auth.ErrorCodes == settings.ErrorCodesAuth0 ||
		auth.ErrorCodes == settings.ErrorCodesAuto && auth.Provider == settings.ProviderAuth0
}

// Permissions are those that each method needs.
func Permissions(set settings.Settings) gate.Permissions {
	return gate.Permissions(a2a.Permissions()).Override(gate.Permissions(set.Auth.Permissions))
}

func limits(l settings.Limits) gate.Limits {
	return gate.Limits{
		TargetBytes: int(l.TargetBytes), TokenBytes: int(l.TokenBytes), DIDBytes: int(l.DIDBytes), JSONDepth: int(l.JSONDepth),
		BodyBytes: int64(l.BodyBytes), BodyBytesHeld: int64(l.BodyBytesPerDID), BodyTime: time.Duration(l.BodyTimeout),
		InFlight: int(l.RequestsPerDID), Rate: float64(l.RatePerDID), Burst: int(l.RateBurst),
	}
}

// HasPolicy reports whether there are rules of the operator's.
func HasPolicy(set settings.Settings) bool {
	return set.Auth.PolicyFile != "" || len(set.Auth.AllowedDIDs) > 0
}

// Policy is where the operator's rules are.
func Policy(set settings.Settings) policy.Config {
	return policy.Config{Path: string(set.Auth.PolicyFile), AllowedDIDs: set.Auth.AllowedDIDs}
}

// Admin is by which names the admin port may be asked.
func Admin(set settings.Settings) admin.Config {
	return admin.Config{Program: "agent", Hosts: append([]string{string(set.Network.AdminHost)}, set.Network.AdminHosts...)}
}

// Port is what connections of the private port may hold, and for how long.
func Port(set settings.Settings) server.Config {
	return shared.Port(set.Limits.PortLimits)
}
