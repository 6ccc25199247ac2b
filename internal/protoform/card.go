package protoform

import "google.golang.org/protobuf/encoding/protowire"

func keyed(n protowire.Number, name string, k kind, of *Type) field {
	return field{number: n, name: name, kind: k, keyed: true, of: of}
}

// ofCard is a message of a card.
func ofCard(name string, fields ...field) *Type { return &Type{name: name, open: true, fields: fields} }

// The messages of a card.
var (
	stringList  = ofCard("StringList", texts(1, "list"))
	requirement = ofCard("SecurityRequirement", keyed(1, "schemes", message, stringList))

	authorizationCode = ofCard("AuthorizationCodeOAuthFlow", one(1, "authorizationUrl", text), one(2, "tokenUrl", text), one(3, "refreshUrl", text), keyed(4, "scopes", text, nil), one(5, "pkceRequired", boolean))
	clientCredentials = ofCard("ClientCredentialsOAuthFlow", one(1, "tokenUrl", text), one(2, "refreshUrl", text), keyed(3, "scopes", text, nil))
	implicit          = ofCard("ImplicitOAuthFlow", one(1, "authorizationUrl", text), one(2, "refreshUrl", text), keyed(3, "scopes", text, nil))
	password          = ofCard("PasswordOAuthFlow", one(1, "tokenUrl", text), one(2, "refreshUrl", text), keyed(3, "scopes", text, nil))
	deviceCode        = ofCard("DeviceCodeOAuthFlow", one(1, "deviceAuthorizationUrl", text), one(2, "tokenUrl", text), one(3, "refreshUrl", text), keyed(4, "scopes", text, nil))
	flows             = ofCard("OAuthFlows", nested(1, "authorizationCode", authorizationCode), nested(2, "clientCredentials", clientCredentials),
		nested(3, "implicit", implicit), nested(4, "password", password), nested(5, "deviceCode", deviceCode))

	scheme = ofCard("SecurityScheme",
		nested(1, "apiKeySecurityScheme", ofCard("APIKeySecurityScheme", one(1, "description", text), one(2, "location", text), one(3, "name", text))),
		nested(2, "httpAuthSecurityScheme", ofCard("HTTPAuthSecurityScheme", one(1, "description", text), one(2, "scheme", text), one(3, "bearerFormat", text))),
		nested(3, "oauth2SecurityScheme", ofCard("OAuth2SecurityScheme", one(1, "description", text), nested(2, "flows", flows), one(3, "oauth2MetadataUrl", text))),
		nested(4, "openIdConnectSecurityScheme", ofCard("OpenIdConnectSecurityScheme", one(1, "description", text), one(2, "openIdConnectUrl", text))),
		nested(5, "mtlsSecurityScheme", ofCard("MutualTlsSecurityScheme", one(1, "description", text))))

	card = ofCard("AgentCard",
		one(1, "name", text), one(2, "description", text),
		each(3, "supportedInterfaces", ofCard("AgentInterface", one(1, "url", text), one(2, "protocolBinding", text), one(3, "tenant", text), one(4, "protocolVersion", text))),
		nested(4, "provider", ofCard("AgentProvider", one(1, "url", text), one(2, "organization", text))),
		one(5, "version", text), optional(6, "documentationUrl", text),
		nested(7, "capabilities", ofCard("AgentCapabilities", optional(1, "streaming", boolean), optional(2, "pushNotifications", boolean),
			each(3, "extensions", ofCard("AgentExtension", one(1, "uri", text), one(2, "description", text), one(3, "required", boolean), one(4, "params", structure))),
			optional(4, "extendedAgentCard", boolean))),
		keyed(8, "securitySchemes", message, scheme), each(9, "securityRequirements", requirement),
		texts(10, "defaultInputModes"), texts(11, "defaultOutputModes"),
		each(12, "skills", ofCard("AgentSkill", one(1, "id", text), one(2, "name", text), one(3, "description", text), texts(4, "tags"), texts(5, "examples"),
			texts(6, "inputModes"), texts(7, "outputModes"), each(8, "securityRequirements", requirement))),
		each(13, "signatures", ofCard("AgentCardSignature", one(1, "protected", text), one(2, "signature", text), one(3, "header", structure))),
		optional(14, "iconUrl", text))
)
