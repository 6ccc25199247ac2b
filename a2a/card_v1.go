package a2a

import (
	"github.com/a2aproject/a2a-go/v2/a2a"
)

// cardV1 is the card of A2A 1.0 section 4.4.1. Capabilities that are false are
// absent, as the protocol's JSON has it.
func cardV1(cfg CardConfig) *a2a.AgentCard {
	card := &a2a.AgentCard{
		Name: cfg.Name, Description: cfg.Description, Version: cfg.Version,
		SupportedInterfaces: []*a2a.AgentInterface{
			{URL: cfg.URL, ProtocolBinding: a2a.TransportProtocolJSONRPC, ProtocolVersion: a2a.ProtocolVersion(V1)},
			{URL: cfg.URL, ProtocolBinding: a2a.TransportProtocolJSONRPC, ProtocolVersion: a2a.ProtocolVersion(V03)},
		},
		DefaultInputModes: cfg.InputModes, DefaultOutputModes: cfg.OutputModes,
		Skills: []a2a.AgentSkill{},
	}
	for _, s := range cfg.Skills {
		card.Skills = append(card.Skills, a2a.AgentSkill{
			ID: s.ID, Name: s.Name, Description: s.Description,
			Tags: append([]string{}, s.Tags...), Examples: s.Examples,
		})
	}
	for _, e := range extensions(cfg) {
		card.Capabilities.Extensions = append(card.Capabilities.Extensions, a2a.AgentExtension(e))
	}
	card.SecuritySchemes, card.SecurityRequirements = security(cfg)
	return card
}

// security declares the proofs that are wanted together. The signature has no
// scheme of its own in the protocol; the extension tells of it.
func security(cfg CardConfig) (a2a.NamedSecuritySchemes, a2a.SecurityRequirementsOptions) {
	named := a2a.NamedSecuritySchemes{}
	required := a2a.SecurityRequirements{}
	if cfg.MutualTLS {
		named["mtls"] = a2a.MutualTLSSecurityScheme{Description: "the client certificate names the DID of the caller"}
		required["mtls"] = a2a.SecuritySchemeScopes{}
	}
	switch {
	case cfg.Token && cfg.TokenURL != "":
		named["oauth2"] = a2a.OAuth2SecurityScheme{Flows: a2a.ClientCredentialsOAuthFlow{TokenURL: cfg.TokenURL, Scopes: permissions(cfg)}}
		required["oauth2"] = a2a.SecuritySchemeScopes{}
	case cfg.Token:
		named["bearer"] = a2a.HTTPAuthSecurityScheme{Scheme: "Bearer"}
		required["bearer"] = a2a.SecuritySchemeScopes{}
	}
	if len(named) == 0 {
		return nil, nil
	}
	return named, a2a.SecurityRequirementsOptions{required}
}

func permissions(cfg CardConfig) map[string]string {
	if cfg.Permissions == nil {
		return map[string]string{} // required by the flow
	}
	return cfg.Permissions
}

// extension is an [a2a.AgentExtension] for both forms of the card.
type extension struct {
	Description string         `json:"description,omitempty"`
	Params      map[string]any `json:"params,omitempty"`
	Required    bool           `json:"required"`
	URI         string         `json:"uri"`
}

// extensions are the DID, in the form that the reference has for it, and how
// requests are signed.
func extensions(cfg CardConfig) []extension {
	params := map[string]any{}
	for name, value := range map[string]string{"author": cfg.Author, "agent_name": cfg.AgentName, "agent_id": cfg.AgentID} {
		if value != "" {
			params[name] = value
		}
	}
	return []extension{
		{URI: cfg.DID.String(), Description: "DID of this agent", Params: params},
		{
			URI: SignatureExtension, Description: "Requests are signed with the key of the caller's DID",
			Params: map[string]any{"schemes": schemes(), "keyBound": cfg.KeyBound},
		},
	}
}
