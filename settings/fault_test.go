package settings_test

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	found := faults(t,
		"MTLS__MODE=hybird", "LIMITS__BODY_BYTES=3MB", "NETWORK__PORT=65536", "LOG__LEVL=debug",
		"HYDRA__VERIFY_SSL=false", "AUTH__ALGORITHMS=RS256,HS256", "MTLS__CERT_TTL=1h", "MTLS__CERT_TTL_HOURS=2",
	)
	for _, name := range []string{
		"MTLS__MODE", "LIMITS__BODY_BYTES", "NETWORK__PORT", "LOG__LEVL", "HYDRA__VERIFY_SSL", "AUTH__ALGORITHMS",
		"MTLS__CERT_TTL_HOURS", "AGENT__NAME", "AGENT__AUTHOR", "HYDRA__ADMIN_URL", "HYDRA__PUBLIC_URL", "MTLS__CA_URL",
	} {
		if found[name].Problem == "" {
			t.Errorf("nothing is said about %s", name)
		}
		delete(found, name)
	}
	for name, fault := range found {
		t.Errorf("unexpected: %s: %v", name, fault)
	}
}

func TestFaultsNameVariableValueProblemAndExample(t *testing.T) {
	path := dotEnv(t, strings.Join(complete("NETWORK__PORT=http"), "\n"))
	_, err := settings.Load(settings.Options{Environ: []string{}, DotEnvPath: path})
	want := "invalid settings, 1 in all:\n  NETWORK__PORT=http (in .env): must be a whole number (for example NETWORK__PORT=3773)"
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

func TestFaultyValues(t *testing.T) {
	tests := []struct{ name, entry string }{
		{"word that is not one", "MTLS__MODE=strict"},
		{"boolean that is none", "MTLS__ENABLED=maybe"},
		{"number that is none", "TASK__WORKERS=many"},
		{"number with a fraction", "TASK__WORKERS=1.5"},
		{"hexadecimal number", "NETWORK__PORT=0xEBD"},
		{"number below range", "TASK__WORKERS=0"},
		{"number beyond 64 bits", "TASK__WORKERS=99999999999999999999"},
		{"rate of zero", "LIMITS__RATE_PER_DID=0"},
		{"rate that is no number", "LIMITS__RATE_PER_DID=NaN"},
		{"infinite rate", "LIMITS__RATE_PER_DID=+Inf"},
		{"size below range", "LIMITS__HEADER_BYTES=1KiB"},
		{"negative size", "LIMITS__BODY_BYTES=-1"},
		{"size beyond 64 bits", "LIMITS__BODY_BYTES=9999999999GiB"},
		{"DID longer than any", "LIMITS__DID_BYTES=513"},
		{"JSON deeper than any", "LIMITS__JSON_DEPTH=65"},
		{"time without sense", "HYDRA__TIMEOUT=soon"},
		{"negative time", "HYDRA__TIMEOUT=-5s"},
		{"negative seconds", "HYDRA__TIMEOUT=-5"},
		{"infinite time", "HYDRA__TIMEOUT=Inf"},
		{"time beyond 64 bits", "HYDRA__TIMEOUT=1e300"},
		{"window wider than the protocol's", "DID__TIMESTAMP_WINDOW=301"},
		{"URL without scheme", "HYDRA__ADMIN_URL=hydra:4445"},
		{"URL of another scheme", "HYDRA__ADMIN_URL=ftp://hydra"},
		{"URL without host", "HYDRA__ADMIN_URL=https:///admin"},
		{"URL with password", "HYDRA__ADMIN_URL=https://u:p@hydra"},
		{"URL with query", "HYDRA__ADMIN_URL=https://hydra/?a=b"},
		{"URL with fragment", "HYDRA__ADMIN_URL=https://hydra/#a"},
		{"certificate authority on plain http", "MTLS__CA_URL=http://ca:9000"},
		{"roots on plain http", "MTLS__CA_ROOT_URL=http://ca/roots.pem"},
		{"fingerprint of the wrong length", "MTLS__CA_FINGERPRINT=abcd"},
		{"fingerprint that is not hexadecimal", "MTLS__CA_FINGERPRINT=" + strings.Repeat("g", 64)},
		{"fingerprints of which one is too short", "MTLS__CA_FINGERPRINT=" + fingerprint + ",abcd"},
		{"fingerprints with a comma at the end", "MTLS__CA_FINGERPRINT=" + fingerprint + ","},
		{"host with port", "NETWORK__HOST=0.0.0.0:3773"},
		{"host with scheme", "NETWORK__HOST=http://localhost"},
		{"host in brackets", "NETWORK__HOST=[::1]"},
		{"host that is a star", "NETWORK__HOST=*"},
		{"domain with scheme", "AUTH__DOMAIN=https://tenant.auth0.com"},
		{"domain with slash", "AUTH__DOMAIN=tenant.auth0.com/"},
		{"issuer on plain http", "AUTH__ISSUER=http://issuer.example.com"},
		{"keys on plain http", "AUTH__JWKS_URI=http://issuer.example.com/jwks.json"},
		{"algorithm none", "AUTH__ALGORITHMS=none"},
		{"algorithm nOnE", "AUTH__ALGORITHMS=nOnE"},
		{"algorithm with a shared secret", "AUTH__ALGORITHMS=HS256"},
		{"algorithm in the wrong case", "AUTH__ALGORITHMS=rs256"},
		{"list with a word twice", "AUTH__ALGORITHMS=RS256,RS256"},
		{"list of commas", "AUTH__AUDIENCE=,,"},
		{"list in broken JSON", `AUTH__AUDIENCE=["a"`},
		{"list with an empty word", `AUTH__AUDIENCE=["a",""]`},
		{"list of numbers", `AUTH__AUDIENCE=[1]`},
		{"scope with a quotation mark", `HYDRA__DEFAULT_AGENT_SCOPES=["a\"b"]`},
		{"DID of no method", "AUTH__ALLOWED_DIDS=bindu:a"},
		{"DID with a slash", "AUTH__ALLOWED_DIDS=did:bindu:a/b"},
		{"DID that is too long", "AUTH__ALLOWED_DIDS=did:bindu:" + strings.Repeat("a", 512)},
		{"pinned key that is too short", "DID__PINNED_KEYS=did:bindu:a=abc"},
		{"pinned key that is not base58", "DID__PINNED_KEYS=did:bindu:a=" + strings.Repeat("0", 43)},
		{"pinned key of no DID", "DID__PINNED_KEYS=a=" + strings.Repeat("1", 32)},
		{"pinned key twice", "DID__PINNED_KEYS=did:x:a=" + strings.Repeat("1", 32) + ",did:x:a=" + strings.Repeat("2", 32)},
		{"permission of nothing", `AUTH__PERMISSIONS={"tasks/get":[]}`},
		{"permission without a name", `AUTH__PERMISSIONS={"tasks/get":[""]}`},
		{"permissions of no method", `AUTH__PERMISSIONS={"":["a"]}`},
		{"permissions of none at all", `AUTH__PERMISSIONS={}`},
		{"permission that is not a list", `AUTH__PERMISSIONS={"tasks/get":"agent:read"}`},
		{"command without a program", `AGENT__COMMAND=[]`},
		{"command of a pipe", "AGENT__COMMAND=fortune | cowsay"},
		{"name with a line end", "AGENT__NAME=a\x01b"},
		{"list with a control character", `AUTH__AUDIENCE=["a\u0007"]`},
		{"claim with a control character", `AUTH__REQUIRED_CLAIMS={"a":"\u0007"}`},
		{"permission with a control character", `AUTH__PERMISSIONS={"a":["\u0007"]}`},
		{"method with a control character", `AUTH__PERMISSIONS={"\u0007":["a"]}`},
		{"text without end", "AGENT__DESCRIPTION=" + strings.Repeat("x", 5000)},
		{"home directory", "AGENT__DIR=~/.bindu"},
		{"log level that is none", "LOG__LEVEL=loud"},
		{"authentication off", "AUTH__ENABLED=false"},
		{"permissions off", "AUTH__REQUIRE_PERMISSIONS=false"},
		{"certificates not verified", "MTLS__VERIFY_SSL=false"},
		{"peers not verified", "MTLS__VERIFY_SERVER_CERT=0"},
		{"Hydra not verified", "HYDRA__VERIFY_SSL=no"},
		{"registration off", "HYDRA__AUTO_REGISTER_AGENTS=false"},
		{"key in another file", "MTLS__KEY_FILENAME=other.pem"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name, _, _ := strings.Cut(tt.entry, "=")
			if found := faults(t, complete(tt.entry)...); len(found) != 1 || found[name].Problem == "" {
				t.Errorf("faults: %v, want one about %s", found, name)
			}
		})
	}
}

func TestUnknownNames(t *testing.T) {
	tests := []struct {
		name, entry string
		says        string // part of the problem; "" if there is none
	}{
		{"letter missing", "MTLS__ENABLD=true", "did you mean MTLS__ENABLED?"},
		{"letters swapped", "MTLS__MDOE=hybrid", "did you mean MTLS__MODE?"},
		{"lower case", "mtls__enabled=false", "did you mean MTLS__ENABLED?"},
		{"name of another section", "AUTH__CA_URL=x", "did you mean MTLS__CA_URL?"},
		{"name of the reference", "HYDRA__MAX_RETRY=1", "did you mean HYDRA__MAX_RETRIES?"},
		{"file of a secret", "AGENT__KEY_PASSWORT_FILE=x", "did you mean AGENT__KEY_PASSWORD_FILE?"},
		{"like nothing", "TASK__XYZZY_PLUGH_FROBNICATE=1", "is not a setting"},
		{"file of what is no secret", "AGENT__NAME_FILE=x", "is not a setting"},
		{"another program's", "POSTGRES__HOST=x", ""},
		{"almost a section", "MTLSX__ENABLED=x", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name, _, _ := strings.Cut(tt.entry, "=")
			found := faults(t, complete(tt.entry)...)
			if tt.says == "" {
				if len(found) > 0 {
					t.Errorf("faults: %v", found)
				}
				return
			}
			if !strings.Contains(found[name].Problem, tt.says) {
				t.Errorf("problem is %q, want %q in it", found[name].Problem, tt.says)
			}
		})
	}
}

// TestNoSecretIsEverRepeated gives every variable, right or misspelt, a value
// that must not come back, and looks for it wherever text comes out.
func TestNoSecretIsEverRepeated(t *testing.T) {
	const secret = "hunter2-swordfish"
	entries := []string{
		"AGENT__KEY_PASSWORD=" + secret, "AGENT__KEY_PASSWORD_FILE=" + dotEnv(t, secret),
		"AGENT__KEY_PASSWROD=" + secret, "agent__key_password=" + secret, "AUTH__CLIENT_SECRET=" + secret,
		"HYDRA__ADMIN_URL=https://user:" + secret + "@hydra", "MTLS__CA_URL=https://" + secret + "@ca?x",
		"AUTH__ISSUERS=https://a.example.com,https://u:" + secret + "@b.example.com",
		"NETWORK__HOST=http://u:" + secret + "@h",
	}
	_, err := load(t, entries...)
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("error: %v", err)
	}
	_, err = settings.Load(settings.Options{Environ: []string{}, DotEnvPath: dotEnv(t, "AGENT__KEY_PASSWORD=\""+secret+"\nLOG__LEVEL=debug")})
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("error of .env: %v", err)
	}
	s := mustLoad(t, complete("AGENT__KEY_PASSWORD="+secret)...)
	for _, row := range s.Describe() {
		if strings.Contains(row.Value, secret) {
			t.Errorf("%s shows it", row.Name)
		}
	}
}
