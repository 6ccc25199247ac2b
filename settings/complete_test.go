package settings_test

import (
	"strings"
	"testing"
)

func TestSettingsThatDoNotFitTogether(t *testing.T) {
	oidc := []string{"AUTH__PROVIDER=oidc", "AUTH__ISSUER=https://issuer.example.com", "AUTH__AUDIENCE=me", "AUTH__DID_CLAIM=did"}
	registrar := []string{"HYDRA__ADMIN_URL=", "REGISTRAR__URL=https://registrar.example", "REGISTRAR__DID=did:bindu:a:registrar:1"}
	tests := []struct {
		name    string
		environ []string
		faulty  string // "" if all is well
	}{
		{"nothing amiss", nil, ""},
		{"no name", []string{"AGENT__NAME="}, "AGENT__NAME"},
		{"no author", []string{"AGENT__AUTHOR= "}, "AGENT__AUTHOR"},
		{"exec without a command", []string{"AGENT__BACKEND=exec"}, "AGENT__COMMAND"},
		{"command without exec", []string{"AGENT__COMMAND=cat"}, "AGENT__COMMAND"},
		{"openai without a model", []string{"AGENT__BACKEND=openai"}, "AGENT__OPENAI_MODEL"},
		{"a model without openai", []string{"AGENT__OPENAI_MODEL=m"}, "AGENT__OPENAI_MODEL"},
		{"openai with a model", []string{"AGENT__BACKEND=openai", "AGENT__OPENAI_MODEL=m", "AGENT__OPENAI_URL=http://localhost:11434/v1"}, ""},
		{"a key in plain text", []string{"AGENT__BACKEND=openai", "AGENT__OPENAI_MODEL=m", "AGENT__OPENAI_URL=http://models.example/v1"}, "AGENT__OPENAI_URL"},
		{"upstream without an address", []string{"AGENT__BACKEND=upstream"}, "AGENT__UPSTREAM_URL"},
		{"an address without upstream", []string{"AGENT__UPSTREAM_URL=http://127.0.0.1:9000"}, "AGENT__UPSTREAM_URL"},
		{"upstream with an address", []string{"AGENT__BACKEND=upstream", "AGENT__UPSTREAM_URL=unix:///run/a.sock"}, ""},
		{"command with exec", []string{"AGENT__BACKEND=exec", "AGENT__COMMAND=cat"}, ""},
		{"plain URL with mutual TLS", []string{"AGENT__URL=http://poet:3773"}, "AGENT__URL"},
		{"plain URL without mutual TLS", []string{"AGENT__URL=http://poet:3773", "MTLS__ENABLED=false"}, ""},
		{"plain HTTP on loopback", []string{"MTLS__ENABLED=false"}, ""},
		{"plain HTTP on localhost", []string{"MTLS__ENABLED=false", "NETWORK__HOST=LocalHost"}, ""},
		{"plain HTTP on IPv6 loopback", []string{"MTLS__ENABLED=false", "NETWORK__HOST=::1"}, ""},
		{"plain HTTP on mapped loopback", []string{"MTLS__ENABLED=false", "NETWORK__HOST=::ffff:127.0.0.1"}, ""},
		{"plain HTTP on every interface", []string{"MTLS__ENABLED=false", "NETWORK__HOST=0.0.0.0"}, "NETWORK__HOST"},
		{"plain HTTP on a name like localhost", []string{"MTLS__ENABLED=false", "NETWORK__HOST=localhost.example.com"}, "NETWORK__HOST"},
		{"plain HTTP on every interface, accepted", []string{"MTLS__ENABLED=false", "NETWORK__HOST=0.0.0.0", "AGENT__ALLOW_PLAINTEXT=true"}, ""},
		{"one port for both listeners", []string{"NETWORK__ADMIN_PORT=3773"}, "NETWORK__ADMIN_PORT"},
		{"any port for both listeners", []string{"NETWORK__PORT=0", "NETWORK__ADMIN_PORT=0"}, ""},
		{"no Hydra", []string{"HYDRA__ADMIN_URL="}, "HYDRA__ADMIN_URL"},
		{"a registrar", registrar, ""},
		{"a registrar, and a token for it", append(registrar, "REGISTRAR__ENROLMENT_TOKEN=x"), ""},
		{"a registrar without certificates of our own", append(registrar, "MTLS__ENABLED=false"), ""},
		{"a registrar beside Hydra's admin API", append(registrar, "HYDRA__ADMIN_URL=https://hydra-admin.example"), "HYDRA__ADMIN_URL"},
		{"both, without certificates", append(registrar, "HYDRA__ADMIN_URL=https://hydra-admin.example", "MTLS__ENABLED=false"), "HYDRA__ADMIN_URL"},
		{"a registrar without Hydra", append(registrar, "HYDRA__PUBLIC_URL="), "HYDRA__PUBLIC_URL"},
		{"half a registrar's name", append(registrar, "REGISTRAR__DID=did:bindu:x"), "REGISTRAR__DID"},
		{"a registrar of another kind", append(registrar, "REGISTRAR__DID=did:web:a:b:c"), "REGISTRAR__DID"},
		{"a registrar that is anybody", append(registrar, "REGISTRAR__DID="), "REGISTRAR__DID"},
		{"a registrar that nobody vouches for", append(registrar, "MTLS__ENABLED=false", "MTLS__CA_URL="), "MTLS__CA_URL"},
		{"a registrar in plain text", []string{"REGISTRAR__URL=http://registrar.example"}, "REGISTRAR__URL"},
		{"a registrar with a path", append(registrar, "REGISTRAR__URL=https://registrar.example/v1"), "REGISTRAR__URL"},
		{"a name without a registrar", []string{"REGISTRAR__DID=did:bindu:a:registrar:1"}, "REGISTRAR__DID"},
		{"a token without a registrar", []string{"REGISTRAR__ENROLMENT_TOKEN=x"}, "REGISTRAR__ENROLMENT_TOKEN"},
		{"a belief without a registrar", []string{"REGISTRAR__UNBOUND_KEYS=true"}, "REGISTRAR__UNBOUND_KEYS"},
		{"no tokens of our own", []string{"HYDRA__DEFAULT_GRANT_TYPES=authorization_code"}, "HYDRA__DEFAULT_GRANT_TYPES"},
		{"tokens for the authority", []string{"AUTH__AUDIENCE=step-ca,me"}, "AUTH__AUDIENCE"},
		{"optional token without certificates", []string{"AUTH__TOKEN_MODE=optional", "MTLS__ENABLED=false"}, "AUTH__TOKEN_MODE"},
		{"permissive token with uncertified callers", []string{"AUTH__TOKEN_MODE=permissive", "MTLS__ALLOW_UNCERTIFIED=true"}, "AUTH__TOKEN_MODE"},
		{"optional token with certificates", []string{"AUTH__TOKEN_MODE=optional"}, ""},
		{"no DID with mutual TLS", []string{"AUTH__REQUIRE_DID=false"}, "AUTH__REQUIRE_DID"},
		{"no DID, yet a list of them", []string{"AUTH__REQUIRE_DID=false", "MTLS__ENABLED=false", "AUTH__ALLOWED_DIDS=did:bindu:a"}, "AUTH__REQUIRE_DID"},
		{"no DID without mutual TLS", []string{"AUTH__REQUIRE_DID=false", "MTLS__ENABLED=false"}, ""},
		{"no authority", []string{"MTLS__CA_URL="}, "MTLS__CA_URL"},
		{"no authority without mutual TLS", []string{"MTLS__CA_URL=", "MTLS__ENABLED=false"}, ""},
		{"two starts of trust", []string{"MTLS__CA_ROOT_FILE=/root.pem"}, "MTLS__CA_ROOT_FILE"},
		{"trust in the system's roots", []string{"MTLS__CA_FINGERPRINT="}, ""},
		{"uncertified callers who need no token", []string{"MTLS__MODE=mtls", "AUTH__TOKEN_MODE=strict", "MTLS__ALLOW_UNCERTIFIED=true"}, "MTLS__ALLOW_UNCERTIFIED"},
		{"renewal before issue", []string{"MTLS__CERT_TTL=1h", "MTLS__RENEW_BEFORE_HOURS=1"}, "MTLS__RENEW_BEFORE_HOURS"},
		{"token larger than the header", []string{"LIMITS__TOKEN_BYTES=32KiB"}, "LIMITS__TOKEN_BYTES"},
		{"peer with more connections than all", []string{"LIMITS__CONNECTIONS=10"}, "LIMITS__CONNECTIONS_PER_PEER"},
		{"oidc", oidc, ""},
		{"oidc without issuer", append(oidc, "AUTH__ISSUER="), "AUTH__ISSUERS"},
		{"oidc without audience", append(oidc, "AUTH__AUDIENCE="), "AUTH__AUDIENCE"},
		{"oidc with clients for an audience", append(oidc, "AUTH__AUDIENCE=", "AUTH__ALLOWED_CLIENTS=a"), ""},
		{"oidc that names no DID", append(oidc, "AUTH__DID_CLAIM="), "AUTH__DID_CLAIM"},
		{"oidc with a map of DIDs", append(oidc, "AUTH__DID_CLAIM=", "AUTH__DID_MAP=/dids.json"), ""},
		{"oidc with one address for several issuers' keys", append(oidc, "AUTH__ISSUER=", "AUTH__ISSUERS=https://a.example.com,https://b.example.com",
			"AUTH__JWKS_URI=https://a.example.com/jwks.json"), "AUTH__JWKS_URI"},
		{"keys never fresh", append(oidc, "AUTH__JWKS_MAX_STALE=5m"), "AUTH__JWKS_REFRESH"},
		{"oidc with certificates but no Hydra", append(oidc, "HYDRA__PUBLIC_URL="), "HYDRA__PUBLIC_URL"},
		{"oidc without certificates, Hydra or pins", append(oidc, "MTLS__ENABLED=false", "HYDRA__ADMIN_URL="), "HYDRA__ADMIN_URL"},
		{"oidc on tokens alone", append(oidc, "MTLS__ENABLED=false", "HYDRA__ADMIN_URL=", "HYDRA__PUBLIC_URL=", "AUTH__REQUIRE_DID=false"), ""},
		{"tokens of our own from an issuer", append(oidc, "AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush"), ""},
		{"client without a secret", append(oidc, "AUTH__CLIENT_ID=us"), "AUTH__CLIENT_SECRET"},
		{"secret without a client", append(oidc, "AUTH__CLIENT_SECRET=hush"), "AUTH__CLIENT_SECRET"},
		{"client of nobody", []string{"AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush"}, "AUTH__TOKEN_URL"},
		{"client with a token endpoint", []string{"AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush", "AUTH__TOKEN_URL=https://login.example.com/token"}, ""},
		{"token endpoint on plain http", []string{"AUTH__CLIENT_ID=us", "AUTH__CLIENT_SECRET=hush", "AUTH__TOKEN_URL=http://login.example.com/token"}, "AUTH__TOKEN_URL"},
		{"calls with tokens for the authority", []string{"AUTH__OUTBOUND_AUDIENCE=step-ca"}, "AUTH__OUTBOUND_AUDIENCE"},
		{"half a Hydra", append(oidc, "MTLS__ENABLED=false", "HYDRA__ADMIN_URL=", "AUTH__REQUIRE_DID=false"), "HYDRA__ADMIN_URL"},
		{"clients that nobody would check", []string{"AUTH__ALLOWED_CLIENTS=a"}, "AUTH__ALLOWED_CLIENTS"},
		{"claims that nobody would check", []string{"AUTH__REQUIRED_CLAIMS=tid"}, "AUTH__REQUIRED_CLAIMS"},
		{"auth0 without domain", []string{"AUTH__PROVIDER=auth0", "AUTH__AUDIENCE=me", "AUTH__DID_CLAIM=did"}, "AUTH__DOMAIN"},
		{"auth0 without audience", []string{"AUTH__PROVIDER=auth0", "AUTH__DOMAIN=t.auth0.com", "AUTH__ALLOWED_CLIENTS=a", "AUTH__DID_CLAIM=did"}, "AUTH__AUDIENCE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := faults(t, complete(tt.environ...)...)
			switch {
			case tt.faulty == "" && len(found) > 0:
				t.Errorf("faults: %v", found)
			case tt.faulty != "" && (len(found) != 1 || found[tt.faulty].Problem == ""):
				t.Errorf("faults: %v, want one about %s", found, tt.faulty)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		about   string
	}{
		{"Hydra on plain http", []string{"HYDRA__ADMIN_URL=http://hydra:4445"}, "HYDRA__ADMIN_URL is plain http"},
		{"address others cannot reach", []string{"AGENT__URL=https://localhost:3773", "NETWORK__HOST=0.0.0.0"}, "AGENT__URL is https://localhost:3773"},
		{"admin port open to all", []string{"NETWORK__ADMIN_HOST=0.0.0.0"}, "NETWORK__ADMIN_HOST is 0.0.0.0"},
		{"plain HTTP", []string{"MTLS__ENABLED=false"}, "MTLS__ENABLED is false"},
		{"plain HTTP to the network", []string{"MTLS__ENABLED=false", "NETWORK__HOST=0.0.0.0", "AGENT__ALLOW_PLAINTEXT=true"}, "AGENT__ALLOW_PLAINTEXT is true"},
		{"trust in the system's roots", []string{"MTLS__CA_FINGERPRINT="}, "neither MTLS__CA_FINGERPRINT"},
		{"uncertified callers", []string{"MTLS__ALLOW_UNCERTIFIED=true"}, "MTLS__ALLOW_UNCERTIFIED is true"},
		{"optional tokens", []string{"AUTH__TOKEN_MODE=optional"}, "AUTH__TOKEN_MODE is optional"},
		{"callers without DIDs", []string{"AUTH__REQUIRE_DID=false", "MTLS__ENABLED=false"}, "AUTH__REQUIRE_DID is false"},
		{"DIDs that nobody looks for", []string{"AUTH__DID_CLAIM=did"}, "AUTH__DID_CLAIM has no effect"},
		{"a map that nobody reads", []string{"AUTH__DID_MAP=/dids.json"}, "AUTH__DID_MAP has no effect"},
		{"long memory of verdicts", []string{"HYDRA__CACHE_TTL=300"}, "HYDRA__CACHE_TTL is lowered"},
		{"name without effect", []string{"HYDRA__MAX_RETRIES=5"}, "HYDRA__MAX_RETRIES has no effect"},
		{"one underscore", []string{"MTLS_ENABLED=false"}, "did you mean MTLS__ENABLED?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			warnings := mustLoad(t, complete(tt.environ...)...).Warnings()
			if !strings.Contains(strings.Join(warnings, "\n"), tt.about) {
				t.Errorf("warnings are %q, want %q among them", warnings, tt.about)
			}
		})
	}
	t.Run("nothing to warn about", func(t *testing.T) {
		quiet := complete("HYDRA__ADMIN_URL=http://127.0.0.1:4445", "LOG_LEVEL=debug", "HYDRA__ENABLED=true", "MTLS__MODE=mtls")
		if warnings := mustLoad(t, quiet...).Warnings(); len(warnings) > 0 {
			t.Errorf("warnings: %q", warnings)
		}
	})
}

func TestWarningsAreTheReadersOwn(t *testing.T) {
	s := mustLoad(t, complete("MTLS__ALLOW_UNCERTIFIED=true")...)
	s.Warnings()[0] = "changed"
	if s.Warnings()[0] == "changed" {
		t.Error("a reader changed the warnings of all")
	}
}
