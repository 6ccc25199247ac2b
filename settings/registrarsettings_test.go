package settings

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// enough is what a registrar needs at least.
func enough() map[string]string {
	return map[string]string{
		"REGISTRAR__WEBHOOK_URL":       "https://registrar.example:3785/step-ca/authorize",
		"REGISTRAR__WEBHOOK_CERT_FILE": "/cert.pem", "REGISTRAR__WEBHOOK_KEY_FILE": "/key.pem",
		"REGISTRAR__AUTHOR": "you@example.com", "HYDRA__ADMIN_URL": "https://admin.example", "HYDRA__PUBLIC_URL": "https://hydra.example",
		"MTLS__CA_URL": "https://ca.example", "MTLS__CA_FINGERPRINT": strings.Repeat("ab", 32),
	}
}

func loadRegistrar(env map[string]string) (RegistrarSettings, error) {
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	return LoadRegistrar(Options{Environ: environ, SkipDotEnv: true})
}

func TestARegistrarNeedsLittle(t *testing.T) {
	s, err := loadRegistrar(enough())
	if err != nil || len(s.Warnings()) > 0 {
		t.Fatalf("%v, %q", err, s.Warnings())
	}
	if !slices.Equal(s.Registrar.Audience, []string{"step-ca"}) || s.MTLS.CARootURL != "https://ca.example/roots.pem" || s.Registrar.Mode != EnrolWithToken {
		t.Errorf("%+v", s)
	}
	for _, row := range s.Describe() {
		if (row.Name == "REGISTRAR__AUDIENCE") != (row.Source == SourceDerived) && !strings.HasPrefix(row.Name, "MTLS__") {
			t.Errorf("%s is from %s", row.Name, row.Source)
		}
	}
}

// What a registrar cannot do with is refused, and all of it at once.
func TestRegistrarSettingsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct{ variable, value, want string }{
		"admin for everybody":         {"REGISTRAR__SCOPES", "agent:read,agent:admin", "granted by name alone"},
		"tokens for long":             {"REGISTRAR__TOKEN_TTL", "10m", "at most 5m"},
		"half a second":               {"REGISTRAR__TOKEN_TTL", "1500ms", "whole seconds"},
		"more wait than wait":         {"REGISTRAR__MAX_PENDING", "5", "REGISTRAR__MAX_PENDING_PER_ADDRESS"},
		"one port for both":           {"NETWORK__ADMIN_PORT", "3783", "must differ from NETWORK__PORT"},
		"a stranger is more than all": {"LIMITS__STRANGER_PER_MINUTE", "601", "LIMITS__STRANGERS_PER_MINUTE"},
		"more of one than of all":     {"LIMITS__CONNECTIONS", "10", "LIMITS__CONNECTIONS_PER_PEER"},
		"renewed before it is there":  {"MTLS__RENEW_BEFORE", "24h", "less than MTLS__CERT_TTL"},
		"a root twice":                {"MTLS__CA_ROOT_FILE", "/root.pem", "keep one of them"},
		"one port for all":            {"NETWORK__WEBHOOK_PORT", "3783", "must differ from NETWORK__PORT"},
		"the port of the admins":      {"NETWORK__WEBHOOK_PORT", "3784", "NETWORK__ADMIN_PORT"},
		"a webhook in plain text":     {"REGISTRAR__WEBHOOK_URL", "http://registrar:3785/step-ca/authorize", "https"},
		"a webhook elsewhere":         {"REGISTRAR__WEBHOOK_URL", "https://registrar:3785/elsewhere", "must have the path /step-ca/authorize"},
		"a webhook with a query":      {"REGISTRAR__WEBHOOK_URL", "https://registrar:3785/step-ca/authorize?a", "REGISTRAR__WEBHOOK_URL"},
		"a webhook of a template":     {"REGISTRAR__WEBHOOK_URL", "https://{{.Token.sub}}/step-ca/authorize", "REGISTRAR__WEBHOOK_URL"},
		"a webhook without proof":     {"REGISTRAR__WEBHOOK_CERT_FILE", "", "is needed with REGISTRAR__WEBHOOK_URL"},
		"a webhook without key":       {"REGISTRAR__WEBHOOK_KEY_FILE", "", "is needed with REGISTRAR__WEBHOOK_URL"},
		"a proof without webhook":     {"REGISTRAR__WEBHOOK_URL", "", "is needed with REGISTRAR__WEBHOOK_CERT_FILE"},
		"a reference without proof":   {"REGISTRAR__REFERENCE_URL", "https://registrar.example:3786", "is needed with REGISTRAR__REFERENCE_URL"},
		"a reference in plain text":   {"REGISTRAR__REFERENCE_URL", "http://registrar.example:3786", "https"},
		"a reference with a path":     {"REGISTRAR__REFERENCE_URL", "https://registrar.example:3786/reference", "must have no path"},
		"a reference without URL":     {"REGISTRAR__REFERENCE_CERT_FILE", "/cert.pem", "REGISTRAR__REFERENCE_URL: is needed"},
		"no DID on the list":          {"REGISTRAR__UNANNOUNCED_DIDS", "alice", "REGISTRAR__UNANNOUNCED_DIDS"},
		"a DID that is too long":      {"REGISTRAR__NAME", strings.Repeat("n", 480), "makes a DID of"},
		"nobody answers for it":       {"REGISTRAR__AUTHOR", "", "is not set"},
		"no Hydra":                    {"HYDRA__ADMIN_URL", "", "is not set"},
		"an agent's":                  {"MTLS__ENABLED", "true", "is a setting of an agent, and not of the registrar"},
		"misspelt":                    {"REGISTRAR__MODES", "open", "did you mean REGISTRAR__MODE?"},
		"another word":                {"REGISTRAR__MODE", "closed", "must be one of token, approve, open"},
	} {
		t.Run(name, func(t *testing.T) {
			env := enough()
			env[c.variable] = c.value
			_, err := loadRegistrar(env)
			var faults *Error
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	env := enough()
	maps.Copy(env, map[string]string{"REGISTRAR__MODE": "closed", "REGISTRAR__TOKEN_TTL": "x", "NETWORK__PORT": "70000", "LOG__LEVEL": "loud"})
	delete(env, "MTLS__CA_URL")
	var all *Error
	if _, err := loadRegistrar(env); !errors.As(err, &all) || len(all.Faults) != 5 {
		t.Errorf("%v", err)
	}
}

func TestTheRegistrarsSecretFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("of the key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := enough()
	env["REGISTRAR__KEY_PASSWORD_FILE"] = path
	s, err := loadRegistrar(env)
	if err != nil || s.Registrar.KeyPassword.Reveal() != "of the key" {
		t.Fatalf("%q, %v", s.Registrar.KeyPassword.Reveal(), err)
	}
	for _, row := range s.Describe() {
		if strings.Contains(row.Value, "of the key") {
			t.Errorf("%s shows it", row.Name)
		}
	}
}

func TestARegistrarIsWarned(t *testing.T) {
	for want, set := range map[string][2]string{
		"REGISTRAR__MODE is open":           {"REGISTRAR__MODE", "open"},
		"REGISTRAR__AUDIENCE lacks step-ca": {"REGISTRAR__AUDIENCE", "agents"},
		"NETWORK__ADMIN_HOST is 0.0.0.0":    {"NETWORK__ADMIN_HOST", "0.0.0.0"},
		"HYDRA__ADMIN_URL is plain http":    {"HYDRA__ADMIN_URL", "http://hydra.example"},
		"is trusted if the system's roots":  {"MTLS__CA_FINGERPRINT", ""},
		"REGISTRAR__UNANNOUNCED_DIDS has 2": {"REGISTRAR__UNANNOUNCED_DIDS", "did:bindu:a:b:1,did:bindu:a:c:1"},
	} {
		env := enough()
		env[set[0]] = set[1]
		s, err := loadRegistrar(env)
		if err != nil || len(s.Warnings()) != 1 || !strings.Contains(s.Warnings()[0], want) {
			t.Errorf("%v, %q, want %q", err, s.Warnings(), want)
		}
	}
}

func TestARegistrarThatNobodyAsksIsWarned(t *testing.T) {
	env := enough()
	for _, name := range []string{"REGISTRAR__WEBHOOK_URL", "REGISTRAR__WEBHOOK_CERT_FILE", "REGISTRAR__WEBHOOK_KEY_FILE"} {
		delete(env, name)
	}
	s, err := loadRegistrar(env)
	if err != nil || len(s.Warnings()) != 1 || !strings.Contains(s.Warnings()[0], "step-ca does not ask") {
		t.Errorf("%v, %q", err, s.Warnings())
	}
}

// Settings that a program makes are judged as an operator's.
func TestMadeRegistrarSettings(t *testing.T) {
	s := DefaultRegistrar()
	if err := s.Validate(); !errors.Is(err, ErrInvalid) {
		t.Errorf("nothing is set: %v", err)
	}
	s.Registrar.Author, s.Hydra.AdminURL, s.Hydra.PublicURL, s.MTLS.CAURL = "me", "https://a.example/", "https://b.example", "https://c.example"
	if err := s.Validate(); err != nil || s.Hydra.AdminURL != "https://a.example" || s.MTLS.RenewBefore != s.MTLS.CertTTL/3 {
		t.Errorf("%v, %+v", err, s)
	}
	s.Registrar.Scopes = Scopes{"agent:admin"}
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "REGISTRAR__SCOPES") {
		t.Errorf("%v", err)
	}
}
