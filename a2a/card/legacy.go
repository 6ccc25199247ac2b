package card

// legacyCard is the card of A2A 0.3 section 5.5 with the members that the
// reference's clients require. Members without a value are absent: they refuse null.
type legacyCard struct {
	ID                 string                    `json:"id,omitempty"`
	Name               string                    `json:"name"`
	Description        string                    `json:"description"`
	URL                string                    `json:"url"`
	PreferredTransport string                    `json:"preferredTransport"`
	Version            string                    `json:"version"`
	ProtocolVersion    string                    `json:"protocolVersion"`
	Kind               string                    `json:"kind"`
	Capabilities       legacyCapabilities        `json:"capabilities"`
	DefaultInputModes  []string                  `json:"defaultInputModes"`
	DefaultOutputModes []string                  `json:"defaultOutputModes"`
	Skills             []legacySkill             `json:"skills"`
	SecuritySchemes    map[string]securityScheme `json:"securitySchemes,omitempty"`
	Security           []requirement03           `json:"security,omitempty"`
	AgentTrust         agentTrust                `json:"agentTrust"`
	NumHistorySessions int                       `json:"numHistorySessions"`
	ExtraData          struct{}                  `json:"extraData"`
	DebugMode          bool                      `json:"debugMode"`
	DebugLevel         int                       `json:"debugLevel"`
	Monitoring         bool                      `json:"monitoring"`
	Telemetry          bool                      `json:"telemetry"`

	SupportsAuthenticatedExtendedCard bool `json:"supportsAuthenticatedExtendedCard,omitempty"`
}

type legacyCapabilities struct {
	Extensions             []extension `json:"extensions"`
	PushNotifications      bool        `json:"pushNotifications"`
	StateTransitionHistory bool        `json:"stateTransitionHistory"`
	Streaming              bool        `json:"streaming"`
}

type legacySkill struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
	Examples    []string `json:"examples,omitempty"`
	InputModes  []string `json:"inputModes"`
	OutputModes []string `json:"outputModes"`

	DocumentationPath string `json:"documentationPath,omitempty"`
}

// agentTrust says nothing that we know to be true beyond who made the agent,
// in the words that the reference has for it.
type agentTrust struct {
	IdentityProvider          string   `json:"identityProvider"`
	InheritedRoles            []string `json:"inheritedRoles"`
	CreatorID                 string   `json:"creatorId"`
	CreationTimestamp         int64    `json:"creationTimestamp"`
	TrustVerificationRequired bool     `json:"trustVerificationRequired"`
	AllowedOperations         struct{} `json:"allowedOperations"`
}

// modes are a skill's own or, for clients that look only there, the agent's.
func modes(own, agents []string) []string {
	if len(own) > 0 {
		return own
	}
	return agents
}

func cardLegacy(cfg Config) legacyCard {
	s := securityOf(cfg)
	card := legacyCard{
		ID: cfg.AgentID, Name: cfg.Name, Description: cfg.Description, URL: cfg.URL,
		PreferredTransport: jsonRPCBinding, Version: cfg.Version, ProtocolVersion: cardVersion03, Kind: "agent",
		Capabilities:      legacyCapabilities{Extensions: extensions(cfg), Streaming: true, PushNotifications: cfg.PushNotifications},
		DefaultInputModes: cfg.InputModes, DefaultOutputModes: cfg.OutputModes,
		Skills:          []legacySkill{},
		SecuritySchemes: s.schemes, Security: s.legacy,
		AgentTrust: agentTrust{IdentityProvider: "custom", InheritedRoles: []string{}, CreatorID: cfg.Author},
		DebugLevel: 1, SupportsAuthenticatedExtendedCard: len(cfg.ExtendedSkills) > 0,
	}
	for _, s := range cfg.Skills {
		card.Skills = append(card.Skills, legacySkill{
			ID: s.ID, Name: s.Name, Description: s.Description,
			Tags: s.tags(), Examples: s.Examples, InputModes: modes(s.InputModes, cfg.InputModes), OutputModes: modes(s.OutputModes, cfg.OutputModes),
			DocumentationPath: s.DocumentationPath,
		})
	}
	return card
}
