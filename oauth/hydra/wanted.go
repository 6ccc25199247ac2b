package hydra

import (
	"crypto/ed25519"
	"slices"
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

const (
	// authMethod is the only client authentication the agents of the field use
	// (OpenID Connect Core section 9).
	authMethod = "client_secret_post"
	// jwtStrategy has Hydra issue access tokens that are JWTs.
	jwtStrategy = "jwt"
)

// member is one member of the metadata.
type member struct {
	name  string
	value any  // a string or a bool
	kept  bool // whatever it is once it is there
}

// metadata returns the members of the document's metadata. What is not known
// stays as it may be.
func (w Wanted) metadata(now time.Time) []member {
	return slices.DeleteFunc([]member{
		{name: "agent_id", value: w.AgentID},
		{name: "agent_url", value: w.AgentURL},
		{name: "did", value: w.DID.String()},
		{name: "public_key", value: did.EncodePublicKey(w.PublicKey)},
		{name: "key_type", value: "Ed25519"},
		{name: "verification_method", value: "Ed25519VerificationKey2020"},
		{name: "hybrid_auth", value: true},
		{name: "registered_at", value: formatTime(now), kept: true},
	}, func(m member) bool { return m.value == "" })
}

// timeFormat is how the Python reference writes times (isoformat, UTC).
const timeFormat = "2006-01-02T15:04:05.999999-07:00"

func formatTime(t time.Time) string { return t.UTC().Format(timeFormat) }
