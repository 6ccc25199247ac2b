package card

import (
	"cmp"
	"net"
	"net/url"
	"strings"

	"github.com/getbindu/bindu-go/identity/jws"
	"github.com/getbindu/bindu-go/identity/signature"
)

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
	Signatures           []jws.Signature           `json:"signatures,omitempty"`

	URL                string          `json:"url"`
	PreferredTransport string          `json:"preferredTransport"`
	ProtocolVersion    string          `json:"protocolVersion"`
	Security           []requirement03 `json:"security,omitempty"`

	SupportsAuthenticatedExtendedCard bool `json:"supportsAuthenticatedExtendedCard,omitempty"`
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
	ExtendedAgentCard bool        `json:"extendedAgentCard,omitempty"`
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
		SupportedInterfaces: interfaces(cfg),
		Capabilities: unionCapabilities{
			Extensions: extensions(cfg), Streaming: true, PushNotifications: cfg.PushNotifications, ExtendedAgentCard: len(cfg.ExtendedSkills) > 0,
		},
		DefaultInputModes: cfg.InputModes, DefaultOutputModes: cfg.OutputModes,
		Skills:          []unionSkill{},
		SecuritySchemes: s.schemes, SecurityRequirements: s.v1,
		URL: cfg.URL, PreferredTransport: jsonRPCBinding, ProtocolVersion: cardVersion03, Security: s.legacy,
		SupportsAuthenticatedExtendedCard: len(cfg.ExtendedSkills) > 0,
	}
	for _, k := range cfg.Skills {
		card.Skills = append(card.Skills, unionSkill{
			ID: k.ID, Name: k.Name, Description: k.Description,
			Tags: k.tags(), Examples: k.Examples, InputModes: k.InputModes, OutputModes: k.OutputModes,
		})
	}
	return card
}

// The names of the bindings that are spoken: the first in both versions, the others in
// 1.0, at paths below its address.
const (
	jsonRPCBinding  = "JSONRPC"
	httpJSONBinding = "HTTP+JSON"
	grpcBinding     = "GRPC"
)

// interfaces are where the agent is spoken to.
func interfaces(cfg Config) []agentInterface {
	all := []agentInterface{
		{URL: cfg.URL, ProtocolBinding: jsonRPCBinding, ProtocolVersion: string(V1)},
		{URL: cfg.URL, ProtocolBinding: jsonRPCBinding, ProtocolVersion: string(V03)},
		{URL: strings.TrimSuffix(cfg.URL, "/"), ProtocolBinding: httpJSONBinding, ProtocolVersion: string(V1)},
	}
	if address, ok := grpcAddress(cfg); ok {
		all = append(all, agentInterface{URL: address, ProtocolBinding: grpcBinding, ProtocolVersion: string(V1)})
	}
	return all
}

// grpcAddress is host and port, as the definition of the protocol wants it for gRPC,
// which needs HTTP/2: without a certificate of its own the agent speaks HTTP/1.1. There is
// no room for a path in such an address.
func grpcAddress(cfg Config) (string, bool) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Scheme != "https" || !cfg.MutualTLS || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", false
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443")), true
}

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
			Params: map[string]any{"schemes": schemes(), "answers": signature.AnswerSchemes(), "keyBound": cfg.KeyBound},
		},
	}
}
