package configs

import (
	"crypto/ed25519"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
)

// DeriveDID is the name of a new agent whose key it is.
func DeriveDID(set settings.Settings, key ed25519.PublicKey) (did.DID, error) {
	author, name := set.Agent.Author, set.Agent.Name
	if set.DID.Derivation == settings.DerivationAuthorName {
		return did.FromAuthorAndName(string(author), string(name))
	}
	return did.FromPublicKey(string(author), string(name), key)
}

// Description is never empty: official parsers of A2A 1.0 refuse such a card.
func Description(set settings.Settings) string {
	if d := strings.TrimSpace(string(set.Agent.Description)); d != "" {
		return d
	}
	return string("The agent " + set.Agent.Name + " of " + set.Agent.Author)
}

// Card is what peers are told of the agent, but for who it is and what it can do.
func Card(set settings.Settings) card.Config {
	s := set.Agent
	return card.Config{
		Name: string(s.Name), Description: Description(set), Version: string(s.Version),
		Author: string(s.Author), AgentName: string(s.Name),
		MutualTLS: mode(set) != gate.ModeOff,
		Token:     mode(set) != gate.ModeMTLS,
		TokenURL:  tokenURL(set),

		PushNotifications: bool(set.Push.Enabled),
		Permissions: map[string]string{
			identity.PermissionRead:  "read one's own tasks and contexts",
			identity.PermissionWrite: "send messages, give feedback, cancel and clear what is one's own",
			identity.PermissionAdmin: "cancel and clear anyone's tasks",
		},
	}
}

// Modes are the media types that messages may have: nil where the agent's backend takes
// what comes.
func Modes(set settings.Settings) []string {
	if set.Agent.Backend == settings.BackendOpenAI || set.Agent.Backend == settings.BackendExec && set.Agent.CommandInput == settings.CommandText {
		return []string{"text/plain"}
	}
	return nil
}

// tokenURL is where callers get their tokens, "" where there may be several
// places.
func tokenURL(set settings.Settings) string {
	if set.Auth.Provider != settings.ProviderHydra {
		return ""
	}
	return string(set.Hydra.PublicURL + "/oauth2/token")
}

// Calls is how long calls of other agents may take, and which tokens never go along.
func Calls(set settings.Settings) peer.Config {
	return peer.Config{
		ForbiddenAudiences: []string{string(set.MTLS.OIDCAudience)},
		DialTimeout:        time.Duration(set.Network.ConnectionTimeout),
		RequestTimeout:     time.Duration(set.Network.RequestTimeout),
	}
}
