package card

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// shape is what the schema of A2A 1.0 (specification/a2a.proto) says of a value, as
// far as a signature depends on it.
type shape struct {
	kind    jsontext.Kind    // of its JSON
	members map[string]shape // of a message; nil where any are taken as they are
	each    *shape           // of the entries of a list or map
	// required members are signed even where they are absent or empty, present ones
	// (messages, and what is optional in the schema) wherever they are there, all
	// others unless they are empty: section 8.4.1.
	required, present bool
	// bit tells a required member from the others of its message, whose defaults are
	// what is signed in place of those that are absent.
	bit      uint
	defaults []string
}

func (s shape) must() shape { s.required = true; return s }

// member returns the shape of a member, false if the schema has none of that name.
// A map has all names.
func (s shape) member(name string) (shape, bool) {
	if s.each != nil {
		return optional(*s.each), true
	}
	member, known := s.members[name]
	return member, known
}

var (
	text       = shape{kind: jsontext.KindString}
	flag       = shape{kind: jsontext.KindTrue}
	texts      = listOf(text)
	textMap    = mapOf(text)
	structured = shape{kind: jsontext.KindBeginObject, present: true} // google.protobuf.Struct
)

func optional(s shape) shape { s.present = true; return s }

func message(members map[string]shape) shape {
	s := shape{kind: jsontext.KindBeginObject, members: members, present: true}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if member := members[name]; member.required {
			member.bit = 1 << len(s.defaults)
			members[name] = member
			s.defaults = append(s.defaults, `"`+name+`":`+member.empty())
		}
	}
	return s
}

// empty is the default of a required member.
func (s shape) empty() string {
	switch s.kind {
	case jsontext.KindString:
		return `""`
	case jsontext.KindBeginArray:
		return `[]`
	}
	return `{}`
}

func listOf(each shape) shape { return shape{kind: jsontext.KindBeginArray, each: &each} }

func mapOf(each shape) shape { return shape{kind: jsontext.KindBeginObject, each: &each} }

// cardShape is AgentCard (section 4.4.1) without its signatures.
var cardShape = message(map[string]shape{
	"name":        text.must(),
	"description": text.must(),
	"supportedInterfaces": listOf(message(map[string]shape{
		"url": text.must(), "protocolBinding": text.must(), "tenant": text, "protocolVersion": text.must(),
	})).must(),
	"provider":             message(map[string]shape{"url": text.must(), "organization": text.must()}),
	"version":              text.must(),
	"documentationUrl":     optional(text),
	"capabilities":         capabilitiesShape.must(),
	"securitySchemes":      mapOf(securitySchemeShape),
	"securityRequirements": listOf(requirementShape),
	"defaultInputModes":    texts.must(),
	"defaultOutputModes":   texts.must(),
	"skills":               listOf(skillShape).must(),
	"iconUrl":              optional(text),
})

var capabilitiesShape = message(map[string]shape{
	"streaming": optional(flag), "pushNotifications": optional(flag), "extendedAgentCard": optional(flag),
	"extensions": listOf(message(map[string]shape{"uri": text, "description": text, "required": flag, "params": structured})),
})

var skillShape = message(map[string]shape{
	"id": text.must(), "name": text.must(), "description": text.must(), "tags": texts.must(),
	"examples": texts, "inputModes": texts, "outputModes": texts, "securityRequirements": listOf(requirementShape),
})

var requirementShape = message(map[string]shape{"schemes": mapOf(message(map[string]shape{"list": texts}))})

// securitySchemeShape has one of its members.
var securitySchemeShape = message(map[string]shape{
	"apiKeySecurityScheme":        message(map[string]shape{"description": text, "location": text.must(), "name": text.must()}),
	"httpAuthSecurityScheme":      message(map[string]shape{"description": text, "scheme": text.must(), "bearerFormat": text}),
	"oauth2SecurityScheme":        message(map[string]shape{"description": text, "flows": flowsShape.must(), "oauth2MetadataUrl": text}),
	"openIdConnectSecurityScheme": message(map[string]shape{"description": text, "openIdConnectUrl": text.must()}),
	"mtlsSecurityScheme":          message(map[string]shape{"description": text}),
})

// flowsShape has one of its members.
var flowsShape = message(map[string]shape{
	"authorizationCode": message(map[string]shape{
		"authorizationUrl": text.must(), "tokenUrl": text.must(), "refreshUrl": text, "scopes": textMap.must(), "pkceRequired": flag,
	}),
	"clientCredentials": message(map[string]shape{"tokenUrl": text.must(), "refreshUrl": text, "scopes": textMap.must()}),
	"implicit":          message(map[string]shape{"authorizationUrl": text, "refreshUrl": text, "scopes": textMap}),
	"password":          message(map[string]shape{"tokenUrl": text, "refreshUrl": text, "scopes": textMap}),
	"deviceCode": message(map[string]shape{
		"deviceAuthorizationUrl": text.must(), "tokenUrl": text.must(), "refreshUrl": text, "scopes": textMap.must(),
	}),
})
