package card

// unionCard is one document that clients of A2A 1.0 (section 4.4.1) and of 0.3
// (section 5.5) both read: 0.3's clients look for it at the same path since
// 0.3.0. The members of 1.0 come first, those that only 0.3 knows last.
type unionCard struct {
	Name                 string                    `json:"name"`
	Description          string                    `json:"description"`
	Version              string                    `json:"version"`
	SupportedInterfaces  []agentInterface          `json:"supportedInterfaces"`
	Capabilities         unionCapabilities         `json:"capabilities"`
	DefaultInputModes    []string                  `json:"defaultInputModes"`
	DefaultOutputModes   []string                  `json:"defaultOutputModes"`
	Skills               []unionSkill              `json:"skills"`
	SecuritySchemes      map[string]securityScheme `json:"securitySchemes,omitempty"`
	SecurityRequirements []requirement1            `json:"securityRequirements,omitempty"`

	URL                string          `json:"url"`
	PreferredTransport string          `json:"preferredTransport"`
	ProtocolVersion    string          `json:"protocolVersion"`
	Security           []requirement03 `json:"security,omitempty"`
}

type agentInterface struct {
	URL             string `json:"url"`
	ProtocolBinding string `json:"protocolBinding"`
	ProtocolVersion string `json:"protocolVersion"`
}

type unionCapabilities struct {
	Extensions        []extension `json:"extensions"`
	PushNotifications bool        `json:"pushNotifications"`
	Streaming         bool        `json:"streaming"`
}

type unionSkill struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
	Examples    []string `json:"examples,omitempty"`
	InputModes  []string `json:"inputModes,omitempty"`
	OutputModes []string `json:"outputModes,omitempty"`
}

// tags are never empty: official parsers of A2A 1.0 refuse a skill without any.
func (k Skill) tags() []string {
	if len(k.Tags) == 0 {
		return []string{k.ID}
	}
	return k.Tags
}

// cardVersion03 is what a client of A2A 0.3 wants to read as protocolVersion.
const cardVersion03 = "0.3.0"

func cardV1(cfg Config) unionCard {
	s := securityOf(cfg)
	card := unionCard{
		Name: cfg.Name, Description: cfg.Description, Version: cfg.Version,
		SupportedInterfaces: []agentInterface{
			{URL: cfg.URL, ProtocolBinding: jsonRPCBinding, ProtocolVersion: string(V1)},
			{URL: cfg.URL, ProtocolBinding: jsonRPCBinding, ProtocolVersion: string(V03)},
		},
		Capabilities:      unionCapabilities{Extensions: extensions(cfg)},
		DefaultInputModes: cfg.InputModes, DefaultOutputModes: cfg.OutputModes,
		Skills:          []unionSkill{},
		SecuritySchemes: s.schemes, SecurityRequirements: s.v1,
		URL: cfg.URL, PreferredTransport: jsonRPCBinding, ProtocolVersion: cardVersion03, Security: s.legacy,
	}
	for _, k := range cfg.Skills {
		card.Skills = append(card.Skills, unionSkill{
			ID: k.ID, Name: k.Name, Description: k.Description,
			Tags: k.tags(), Examples: k.Examples, InputModes: k.InputModes, OutputModes: k.OutputModes,
		})
	}
	return card
}

// jsonRPCBinding is the name of the one binding that is spoken, in both versions.
const jsonRPCBinding = "JSONRPC"

// extension is an AgentExtension of both versions.
type extension struct {
	Description string         `json:"description,omitempty"`
	Params      map[string]any `json:"params,omitempty"`
	Required    bool           `json:"required"`
	URI         string         `json:"uri"`
}

// extensions are the DID, in the form that the reference has for it, and how
// requests are signed.
func extensions(cfg Config) []extension {
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
