package configs

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/configs/shared"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
)

// UsesHydra reports whether there is a Hydra, asked directly or through a registrar:
// for tokens, certificates or the keys of callers. The settings ask for it wherever
// it is needed.
func UsesHydra(set settings.Settings) bool { return set.Hydra.AdminURL != "" || UsesRegistrar(set) }

// Hydra is how Hydra is reached.
func Hydra(set settings.Settings) hydra.Config {
	return shared.Hydra(set.Hydra.AdminURL, set.Hydra.PublicURL, set.Hydra.HydraTimes)
}

// Client is how our client has to be registered; whom it is for is not in it.
func Client(set settings.Settings) hydra.Wanted {
	w := hydra.Wanted{
		Name: string(set.Agent.Name), Scopes: set.Hydra.DefaultAgentScopes, GrantTypes: set.Hydra.DefaultGrantTypes,
	}
	if set.MTLS.Enabled {
		w.Audience = []string{string(set.MTLS.OIDCAudience)}
		w.AccessTokenJWT = true
	}
	return w
}

// Introspection is how tokens are judged that Hydra issues as the given issuer.
func Introspection(set settings.Settings, issuer string) hydra.IntrospectorOptions {
	return hydra.IntrospectorOptions{
		Issuer:             issuer,
		ForbiddenAudiences: []string{string(set.MTLS.OIDCAudience)},
		Audiences:          set.Auth.Audience,
		MaxAge:             verdictAge(time.Duration(set.Hydra.CacheTTL)),
		MaxTokenBytes:      int(set.Limits.TokenBytes),
		MaxEntries:         int(set.Hydra.MaxCacheSize),
	}
}

// verdictAge leaves time for a request to be admitted on a verdict that is still
// young enough when the gates look for the last time.
func verdictAge(ttl time.Duration) time.Duration {
	if ttl <= 0 {
		ttl = hydra.MaxVerdictAge
	}
	return min(ttl, hydra.MaxVerdictAge-gate.ProofAge)
}

// TokenQueue is how many unknown tokens of one peer may be taken to Hydra at
// once, and how long another one waits for that: half the time for asking Hydra
// leaves some for the answer itself.
func TokenQueue(set settings.Settings) (places int, wait time.Duration) {
	return int(set.Limits.TokenChecksPerPeer), time.Duration(set.Hydra.IntrospectionTimeout / 2)
}

// Pins are the keys of callers that the operator names, and that nobody is asked for.
func Pins(set settings.Settings) (map[did.DID]ed25519.PublicKey, error) {
	pinned := make(map[did.DID]ed25519.PublicKey, len(set.DID.PinnedKeys))
	for name, text := range set.DID.PinnedKeys {
		d, err := did.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("DID__PINNED_KEYS: %q: %w", name, err)
		}
		key, err := did.DecodePublicKey(text)
		if err != nil {
			return nil, fmt.Errorf("DID__PINNED_KEYS: key of %s: %w", d, err)
		}
		pinned[d] = key
	}
	return pinned, nil
}
