package registrar

import (
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// memberRevision is the member of the metadata by which a change is known again.
const memberRevision = "registrar_revision"

// wanted returns the client document of a DID in RFC 8785 form, without the secret.
// It names every member by which more could be had than a token for the client
// itself; nothing of it is what the agent asked for, but name and URL.
func (r *Registrar) wanted(c *Client, reg Registration, scopes []string) ([]byte, error) {
	audience := append([]string{}, r.cfg.Audience...) // [] and not null
	return canonical(map[string]any{
		"client_id":                    c.DID.String(),
		"client_name":                  reg.Name,
		"grant_types":                  []string{"client_credentials"},
		"response_types":               []string{},
		"redirect_uris":                []string{},
		"post_logout_redirect_uris":    []string{},
		"allowed_cors_origins":         []string{},
		"scope":                        strings.Join(scopes, " "),
		"audience":                     audience,
		"token_endpoint_auth_method":   "client_secret_post",
		"access_token_strategy":        "jwt",
		"subject_type":                 "public",
		"userinfo_signed_response_alg": "none",
		"client_credentials_grant_access_token_lifespan": r.cfg.TokenLifetime.String(),
		"metadata": map[string]any{
			"agent_id":            c.DID.LastSegment(),
			"agent_url":           reg.URL,
			"did":                 c.DID.String(),
			"public_key":          did.EncodePublicKey(reg.Key),
			"key_type":            "Ed25519",
			"verification_method": "Ed25519VerificationKey2020",
			"hybrid_auth":         true,
			"registered_at":       c.BoundAt.UTC().Format(time.RFC3339),
			memberRevision:        c.Revision,
		},
	})
}

// withSecret returns the document as it is written.
func withSecret(document []byte, secret Secret) ([]byte, error) {
	members, err := parseDocument(document)
	if err != nil {
		return nil, err
	}
	if members["client_secret"], err = json.Marshal(string(secret)); err != nil {
		return nil, err
	}
	return canonical(members)
}

func canonical(members any) ([]byte, error) {
	data, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	value := jsontext.Value(data)
	return value, value.Canonicalize()
}

// errDocument: what the authorization server has is no client document.
var errDocument = errors.New("the client document is malformed")

// members are those of a JSON object.
type members map[string]jsontext.Value

// parseDocument reads a document, strictly.
func parseDocument(document []byte) (members, error) {
	var m members
	if jsontext.Value(document).Kind() != '{' || json.Unmarshal(document, &m) != nil {
		return nil, errDocument
	}
	return m, nil
}

// flat replaces the metadata by their members. A member beside them that could be taken
// for one of them is none of Hydra's.
func (m members) flat() (members, error) {
	all := make(members, len(m)+16)
	for name, value := range m {
		if strings.HasPrefix(name, "metadata.") {
			return nil, errDocument
		}
		if name == "metadata" && value.Kind() == '{' {
			metadata, err := parseDocument(value)
			if err != nil {
				return nil, err
			}
			for inner, value := range metadata {
				all["metadata."+inner] = value
			}
			continue
		}
		all[name] = value
	}
	return all, nil
}

// publicKeyIn returns metadata.public_key of a document, "" for none.
func publicKeyIn(document []byte) string {
	m, err := parseDocument(document)
	if err != nil {
		return ""
	}
	if m, err = m.flat(); err != nil {
		return ""
	}
	var key string
	if json.Unmarshal(m["metadata.public_key"], &key) != nil {
		return ""
	}
	return key
}
