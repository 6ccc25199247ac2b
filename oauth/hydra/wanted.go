package hydra

import (
	"crypto/ed25519"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Wanted is what an agent's client registration has to contain. Whatever else
// a registration holds is left as it is.
type Wanted struct {
	// DID is the client id.
	DID did.DID
	// AgentID is metadata.agent_id, unless the local credentials name another.
	AgentID string
	// AgentURL is metadata.agent_url, the URL that peers can reach.
	AgentURL string
	// Name is the client_name.
	Name string
	// PublicKey is metadata.public_key, which verifiers of signatures read.
	PublicKey ed25519.PublicKey
	// Scopes are the scopes that the client may ask for; nil means openid,
	// offline, agent:read and agent:write.
	Scopes []string
	// Audience are the audiences that the client may ask for.
	Audience []string
	// GrantTypes are the grant types that the client may use; nil means
	// client_credentials, authorization_code and refresh_token.
	GrantTypes []string
	// ResponseTypes are its response types; nil means code and token.
	ResponseTypes []string
	// AccessTokenJWT asks for access tokens that are JWTs, which step-ca needs.
	AccessTokenJWT bool
}

func (w Wanted) withDefaults() Wanted {
	if w.Scopes == nil {
		w.Scopes = []string{"openid", "offline", "agent:read", "agent:write"}
	}
	if w.GrantTypes == nil {
		w.GrantTypes = []string{"client_credentials", "authorization_code", "refresh_token"}
	}
	if w.ResponseTypes == nil {
		w.ResponseTypes = []string{"code", "token"}
	}
	return w
}

// authMethod is the only client authentication the agents of the field use
// (OpenID Connect Core section 9).
const authMethod = "client_secret_post"

// field is one thing that a client document has to say.
type field struct {
	name string
	// exactly one of the two
	scalar any      // a string or bool that must be equal
	list   []string // elements that must be there
}

// empty reports that nothing is wanted, so that whatever is there may stay.
func (f field) empty() bool { return f.scalar == "" || f.scalar == nil && len(f.list) == 0 }

// fields returns the members of the document in the order they are compared.
func (w Wanted) fields() []field {
	list := []field{
		{name: "client_name", scalar: w.Name},
		{name: "grant_types", list: w.GrantTypes},
		{name: "response_types", list: w.ResponseTypes},
		{name: "audience", list: w.Audience},
		{name: "token_endpoint_auth_method", scalar: authMethod},
	}
	if w.AccessTokenJWT {
		list = append(list, field{name: "access_token_strategy", scalar: "jwt"})
	}
	return list
}

// metadata returns the members of the document's metadata that must be equal.
func (w Wanted) metadata() []field {
	return []field{
		{name: "agent_id", scalar: w.AgentID},
		{name: "agent_url", scalar: w.AgentURL},
		{name: "did", scalar: w.DID.String()},
		{name: "public_key", scalar: did.EncodePublicKey(w.PublicKey)},
		{name: "key_type", scalar: "Ed25519"},
		{name: "verification_method", scalar: "Ed25519VerificationKey2020"},
		{name: "hybrid_auth", scalar: true},
	}
}

// timeFormat is how the Python reference writes times (isoformat, UTC).
const timeFormat = "2006-01-02T15:04:05.999999-07:00"

func formatTime(t time.Time) string { return t.UTC().Format(timeFormat) }
