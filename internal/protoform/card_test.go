package protoform_test

import (
	"errors"
	"testing"

	a2apb "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/getbindu/bindu-go/internal/protoform"
)

// wholeCard is a card with each kind of field, and maps with nothing in a value.
func wholeCard(all *a2apb.SendMessageRequest) *a2apb.AgentCard {
	no, link := false, ""
	scopes := map[string]string{"agent:read": "reads", "": ""}
	requirement := []*a2apb.SecurityRequirement{{Schemes: map[string]*a2apb.StringList{"mtls": {}, "oauth2": {List: []string{"agent:read"}}}}}
	return &a2apb.AgentCard{
		Name: "poet", Version: "1", SupportedInterfaces: []*a2apb.AgentInterface{{Url: "h:1", ProtocolBinding: "GRPC", ProtocolVersion: "1.0"}}, DocumentationUrl: &link,
		Capabilities: &a2apb.AgentCapabilities{Streaming: &no, Extensions: []*a2apb.AgentExtension{{Uri: "u", Required: true, Params: all.GetMessage().GetMetadata()}, {}}},
		SecuritySchemes: map[string]*a2apb.SecurityScheme{
			"mtls":   {Scheme: &a2apb.SecurityScheme_MtlsSecurityScheme{MtlsSecurityScheme: &a2apb.MutualTlsSecurityScheme{}}},
			"oauth2": {Scheme: &a2apb.SecurityScheme_Oauth2SecurityScheme{Oauth2SecurityScheme: &a2apb.OAuth2SecurityScheme{Flows: &a2apb.OAuthFlows{Flow: &a2apb.OAuthFlows_ClientCredentials{ClientCredentials: &a2apb.ClientCredentialsOAuthFlow{TokenUrl: "t", Scopes: scopes}}}}}},
		},
		SecurityRequirements: requirement, DefaultInputModes: []string{"text/plain"}, Skills: []*a2apb.AgentSkill{{Id: "s", Tags: []string{"t"}, SecurityRequirements: requirement}},
		Signatures: []*a2apb.AgentCardSignature{{Protected: "p", Signature: "s", Header: &structpb.Struct{}}},
	}
}

// What other versions have in a card is passed over, and not in anything else.
func TestACardHasMembersOfOtherVersions(t *testing.T) {
	m, _ := protoform.MethodOf("GetExtendedAgentCard")
	wire, err := m.Response.Append(nil, []byte(`{"name":"poet","url":"https://h/","securitySchemes":{"mtls":{"type":"mutualTLS","mtlsSecurityScheme":{"description":"d"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := m.Response.JSON(wire, wide); err != nil || string(got) != `{"name":"poet","securitySchemes":{"mtls":{"mtlsSecurityScheme":{"description":"d"}}}}` {
		t.Errorf("%s, %v", got, err)
	}
	for name, wire := range map[string][]byte{"a key twice": field(8, join(field(1, 'a'), field(1, 'b'))...), "a third field": field(8, field(3, 'a')...), "a map in two places": join(field(8, field(1, 'a')...), field(1, 'n'), field(8, field(1, 'b')...))} {
		if got, err := m.Response.JSON(wire, wide); !errors.Is(err, protoform.ErrMalformed) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
