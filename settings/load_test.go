package settings_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

// complete is an environment nothing is missing from.
func complete(more ...string) []string {
	return append([]string{
		"AGENT__NAME=poet",
		"AGENT__AUTHOR=you@example.com",
		"AGENT__URL=https://poet.internal:3773",
		"HYDRA__ADMIN_URL=https://hydra-admin.internal",
		"HYDRA__PUBLIC_URL=https://hydra.internal",
		"MTLS__CA_URL=https://ca.internal:9000",
		"MTLS__CA_FINGERPRINT=" + fingerprint,
	}, more...)
}

func hours(n int) settings.Duration { return settings.Duration(n) * settings.Duration(time.Hour) }

const fingerprint = "d9d0978692f1c7cc791f5c343ce98771900721405e834cd27b9502cc719f5097"

func load(t *testing.T, environ ...string) (settings.Settings, error) {
	t.Helper()
	return settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
}

func mustLoad(t *testing.T, environ ...string) settings.Settings {
	t.Helper()
	s, err := load(t, environ...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// faults returns what Load found wrong, by variable.
func faults(t *testing.T, environ ...string) map[string]settings.Fault {
	t.Helper()
	s, err := load(t, environ...)
	if err == nil {
		return nil
	}
	if !errors.Is(err, settings.ErrInvalid) {
		t.Fatalf("error is not ErrInvalid: %v", err)
	}
	if s.Agent.Name != "" || s.Network.Port != 0 {
		t.Error("settings came back beside an error")
	}
	invalid, ok := errors.AsType[*settings.Error](err)
	if !ok {
		t.Fatalf("error is a %T", err)
	}
	found := make(map[string]settings.Fault)
	for _, f := range invalid.Faults {
		found[f.Variable] = f
	}
	return found
}

func dotEnv(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvironmentBlockOfTheReferenceLoads(t *testing.T) {
	s := mustLoad(t,
		"AGENT__NAME=poet", "AGENT__AUTHOR=you@example.com", "AGENT__URL=https://poet.internal:3773",
		"AUTH__ENABLED=true", "AUTH__PROVIDER=hydra",
		"HYDRA__ADMIN_URL=https://hydra-admin.example.com", "HYDRA__PUBLIC_URL=https://hydra.example.com/",
		"HYDRA__VERIFY_SSL=true", "HYDRA__TIMEOUT=10", "HYDRA__MAX_RETRIES=3", "HYDRA__AUTO_REGISTER_AGENTS=true",
		"MTLS__ENABLED=true", "MTLS__MODE=hybrid", "MTLS__REQUIRE_CLIENT_CERT=false",
		"MTLS__CA_URL=https://ca.example.com", "MTLS__CA_ROOT_URL=https://ca.example.com/roots.pem",
		"MTLS__CERT_TTL_HOURS=24", "MTLS__RENEW_BEFORE_HOURS=8", "MTLS__TIMEOUT=15", "MTLS__OIDC_AUDIENCE=step-ca",
		`AUTH__ALGORITHMS=["RS256"]`, `HYDRA__DEFAULT_AGENT_SCOPES=["openid","agent:read"]`,
		`AUTH__PERMISSIONS={"message/send":["agent:write"]}`,
		"NETWORK__DEFAULT_HOST=localhost", "NETWORK__DEFAULT_PORT=4000", "LOGGING__DEFAULT_LEVEL=WARNING",
		"DID__PKI_DIR=/keys", "BINDU_ALLOW_PRIVATE_WEBHOOK_RANGES=1", "VAULT__ENABLED=true",
	)
	if s.MTLS.CertTTL != hours(24) || s.MTLS.RenewBefore != hours(8) || s.MTLS.Timeout != settings.Duration(15*time.Second) {
		t.Errorf("times: %v %v %v", s.MTLS.CertTTL, s.MTLS.RenewBefore, s.MTLS.Timeout)
	}
	if s.MTLS.RequireClientCert || s.MTLS.Mode != settings.ModeHybrid || s.Auth.TokenMode != settings.TokenStrict {
		t.Errorf("modes: %+v", s.MTLS)
	}
	if s.Hydra.PublicURL != "https://hydra.example.com" || !slices.Equal(s.Hydra.DefaultAgentScopes, []string{"openid", "agent:read"}) {
		t.Errorf("hydra: %+v", s.Hydra)
	}
	if s.Network.Addr() != "localhost:4000" || s.Agent.Dir != "/keys" || s.Log.Level != settings.Level(slog.LevelWarn) {
		t.Errorf("aliases: %s %s %s", s.Network.Addr(), s.Agent.Dir, s.Log.Level)
	}
	if got := s.Auth.Permissions["message/send"]; !slices.Equal(got, []string{"agent:write"}) {
		t.Errorf("permissions: %v", got)
	}
}

func TestDefaultsAreTheSafeOnes(t *testing.T) {
	s := mustLoad(t, complete()...)
	switch {
	case !bool(s.Auth.Enabled && s.MTLS.Enabled && s.MTLS.RequireClientCert && s.Auth.RequireDID):
		t.Error("a proof is off by default")
	case bool(s.MTLS.AllowUncertified || s.Agent.AllowPlaintext):
		t.Error("a door is open by default")
	case s.MTLS.Mode != settings.ModeHybrid, s.Auth.TokenMode != settings.TokenStrict:
		t.Error("a proof is optional by default")
	case s.Network.Addr() != "127.0.0.1:3773", s.Network.AdminAddr() != "127.0.0.1:3774":
		t.Error("the agent listens to more than this machine by default")
	case time.Duration(s.DID.TimestampWindow) != 300*time.Second, s.Limits.BodyBytes != 2<<20, s.Limits.HeaderBytes != 32<<10,
		s.Limits.TokenBytes != 8<<10, s.Limits.DIDBytes != 512, s.Limits.JSONDepth != 64:
		t.Error("a limit differs from the documented one")
	case len(s.Warnings()) != 0:
		t.Errorf("warnings: %q", s.Warnings())
	}
}

func TestDefaultsDecode(t *testing.T) {
	if s := settings.Default(); s.Network.Port != 3773 || s.MTLS.CertTTL != hours(24) {
		t.Errorf("defaults: %+v", s)
	}
}

func TestTheEnvironmentWinsOverDotEnv(t *testing.T) {
	path := dotEnv(t, "LOG__LEVEL=debug\nLOG__FORMAT=json\nNETWORK__PORT=1\nMTLS__CERT_TTL_HOURS=2\nAGENT__DESCRIPTION=from file\n")
	s, err := settings.Load(settings.Options{
		Environ:    complete("LOG__LEVEL=error", "NETWORK__DEFAULT_PORT=4", "MTLS__CERT_TTL=50m", "AGENT__DESCRIPTION="),
		DotEnvPath: path,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		value  string
		source settings.Source
	}{
		"LOG__LEVEL":         {"error", settings.SourceEnvironment},
		"LOG__FORMAT":        {"json", settings.SourceDotEnv},
		"NETWORK__PORT":      {"4", settings.SourceEnvironment}, // under another name
		"MTLS__CERT_TTL":     {"50m", settings.SourceEnvironment},
		"MTLS__RENEW_BEFORE": {"16m40s", settings.SourceDerived},
		"AGENT__DESCRIPTION": {"", settings.SourceDefault}, // set to nothing hides .env
	}
	for _, row := range s.Describe() {
		if w, ok := want[row.Name]; ok && (row.Value != w.value || row.Source != w.source) {
			t.Errorf("%s is %q from %s, want %q from %s", row.Name, row.Value, row.Source, w.value, w.source)
		}
	}
}

func TestLoadLeavesTheProcessEnvironmentAlone(t *testing.T) {
	t.Setenv("LOG__FORMAT", "json")
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".env", []byte(strings.Join(complete("LOG__LEVEL=debug"), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	before := os.Environ()
	s, err := settings.Load(settings.Options{}) // as a program calls it
	if err != nil {
		t.Fatal(err)
	}
	if s.Log.Level != settings.Level(slog.LevelDebug) || s.Log.Format != settings.LogJSON {
		t.Errorf("log: %+v", s.Log)
	}
	if !slices.Equal(before, os.Environ()) {
		t.Error("the process environment changed")
	}
}

func TestIncompleteSettingsLoadForCommandsThatOnlyLook(t *testing.T) {
	o := settings.Options{Environ: []string{"NETWORK__HOST=0.0.0.0", "MTLS__ENABLED=false"}, SkipDotEnv: true, AllowIncomplete: true}
	if _, err := settings.Load(o); err != nil {
		t.Errorf("incomplete: %v", err)
	}
	o.Environ = append(o.Environ, "LOG__LEVL=debug", "NETWORK__PORT=x")
	if _, err := settings.Load(o); !errors.Is(err, settings.ErrInvalid) {
		t.Errorf("faulty: %v", err)
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	file := func(content string) string { return dotEnv(t, content) }
	tests := []struct {
		name    string
		environ []string
		want    string
		faulty  string
	}{
		{"from a file", []string{"AGENT__KEY_PASSWORD_FILE=" + file(" s3cret\n")}, "s3cret", ""},
		{"from the variable", []string{"AGENT__KEY_PASSWORD=s3cret"}, "s3cret", ""},
		{"from both", []string{"AGENT__KEY_PASSWORD=s3cret", "AGENT__KEY_PASSWORD_FILE=" + file("s3cret")}, "", "AGENT__KEY_PASSWORD"},
		{"absent file", []string{"AGENT__KEY_PASSWORD_FILE=/does/not/exist"}, "", "AGENT__KEY_PASSWORD_FILE"},
		{"empty file", []string{"AGENT__KEY_PASSWORD_FILE=" + file("\n")}, "", "AGENT__KEY_PASSWORD_FILE"},
		{"directory", []string{"AGENT__KEY_PASSWORD_FILE=" + t.TempDir()}, "", "AGENT__KEY_PASSWORD_FILE"},
		{"device", []string{"AGENT__KEY_PASSWORD_FILE=/dev/zero"}, "", "AGENT__KEY_PASSWORD_FILE"},
		{"huge file", []string{"AGENT__KEY_PASSWORD_FILE=" + file(strings.Repeat("x", 65<<10))}, "", "AGENT__KEY_PASSWORD_FILE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.faulty != "" {
				if found := faults(t, complete(tt.environ...)...); len(found) != 1 || found[tt.faulty].Problem == "" {
					t.Errorf("faults: %v", found)
				}
				return
			}
			if got := mustLoad(t, complete(tt.environ...)...).Agent.KeyPassword.Reveal(); got != tt.want {
				t.Errorf("secret is %q, want %q", got, tt.want)
			}
		})
	}
}

// The name of a registrar comes from a file where a stack makes it; the file has to be
// there, and to hold a DID.
func TestTheDIDOfARegistrarComesFromAFile(t *testing.T) {
	const name = "REGISTRAR__DID_FILE"
	with := func(file string) []string {
		return append(slices.DeleteFunc(complete(name+"="+file), func(line string) bool { return strings.HasPrefix(line, "HYDRA__ADMIN_URL=") }),
			"REGISTRAR__URL=https://registrar.internal:3783", "MTLS__CA_URL=https://ca.internal:9000")
	}
	if got := mustLoad(t, with(dotEnv(t, "did:bindu:a:registrar:1\n"))...).Registrar.DID; got != "did:bindu:a:registrar:1" {
		t.Errorf("DID %q", got)
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "absent"), dotEnv(t, "registrar\n")} {
		if found := faults(t, with(file)...); len(found) != 1 || found[name].Problem == "" {
			t.Errorf("%s: %v", file, found)
		}
	}
}

// The file of an enrolment token may be gone once that was used: a warning, and no more.
// A file that is there and cannot be read is a fault as any other's.
func TestTheFileOfAnEnrolmentTokenMayBeGone(t *testing.T) {
	const name = "REGISTRAR__ENROLMENT_TOKEN_FILE"
	absent := filepath.Join(t.TempDir(), "enrolment")
	with := func(file string) []string {
		return append(slices.DeleteFunc(complete(name+"="+file), func(line string) bool { return strings.HasPrefix(line, "HYDRA__ADMIN_URL=") }),
			"REGISTRAR__URL=https://registrar.internal:3783", "REGISTRAR__DID=did:bindu:a:registrar:1", "MTLS__CA_URL=https://ca.internal:9000")
	}
	s := mustLoad(t, with(absent)...)
	if said := strings.Join(s.Warnings(), "\n"); !strings.Contains(said, name+": there is no file "+absent) || !s.Registrar.EnrolmentToken.IsZero() {
		t.Errorf("warnings: %q", said)
	}
	s = mustLoad(t, with(dotEnv(t, "bindu-enrol-x\n"))...)
	if said := strings.Join(s.Warnings(), "\n"); strings.Contains(said, name) || s.Registrar.EnrolmentToken.Reveal() != "bindu-enrol-x" {
		t.Errorf("warnings: %q", said)
	}
	for _, file := range []string{dotEnv(t, ""), t.TempDir()} {
		if found := faults(t, with(file)...); len(found) != 1 || found[name].Problem == "" {
			t.Errorf("%s: %v", file, found)
		}
	}
}

func TestPinnedKeysComeFromAFile(t *testing.T) {
	const key = "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"
	path := dotEnv(t, "did:bindu:a:b:c="+key+"\ndid:bindu:a:b:d="+key+"\n")
	s := mustLoad(t, complete("DID__PINNED_KEYS_FILE="+path)...)
	if len(s.DID.PinnedKeys) != 2 || s.DID.PinnedKeys["did:bindu:a:b:d"] != key {
		t.Errorf("pinned keys: %v", s.DID.PinnedKeys)
	}
}

func TestDerivedSettingsFollowTheOthers(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		setting string
		want    string
	}{
		{"roots beside the authority", nil, "MTLS__CA_ROOT_URL", "https://ca.internal:9000/roots.pem"},
		{"renewal at a third", []string{"MTLS__CERT_TTL=30s"}, "MTLS__RENEW_BEFORE", "10s"},
		{"strict tokens", nil, "AUTH__TOKEN_MODE", "strict"},
		{"optional tokens", []string{"MTLS__MODE=mtls"}, "AUTH__TOKEN_MODE", "optional"},
		{"tokens asked for all the same", []string{"MTLS__MODE=mtls", "AUTH__TOKEN_MODE=strict"}, "AUTH__TOKEN_MODE", "strict"},
		{"issuer of an Auth0 tenant", []string{"AUTH__PROVIDER=auth0", "AUTH__DOMAIN=Tenant.eu.auth0.com", "AUTH__AUDIENCE=x", "AUTH__DID_CLAIM=did"}, "AUTH__ISSUERS", "https://tenant.eu.auth0.com/"},
		{"URL of a named host", []string{"AGENT__URL=", "NETWORK__HOST=poet.internal"}, "AGENT__URL", "https://poet.internal:3773"},
		{"URL of every interface", []string{"AGENT__URL=", "NETWORK__HOST=::"}, "AGENT__URL", "https://localhost:3773"},
		{"URL of IPv6", []string{"AGENT__URL=", "NETWORK__HOST=::1"}, "AGENT__URL", "https://[::1]:3773"},
		{"URL of plain HTTP", []string{"AGENT__URL=", "MTLS__ENABLED=false"}, "AGENT__URL", "http://127.0.0.1:3773"},
		{"URL of a port to be chosen", []string{"AGENT__URL=", "NETWORK__PORT=0"}, "AGENT__URL", ""},
		{"verdicts never older than five seconds", []string{"HYDRA__CACHE_TTL=300"}, "HYDRA__CACHE_TTL", "5s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, row := range mustLoad(t, complete(tt.environ...)...).Describe() {
				if row.Name == tt.setting && row.Value != tt.want {
					t.Errorf("%s is %q, want %q", row.Name, row.Value, tt.want)
				}
			}
		})
	}
}

func ExampleLoad() {
	_, err := settings.Load(settings.Options{
		Environ:    complete("MTLS__MDOE=hybrid", "LIMITS__BODY_BYTES=3MB"),
		SkipDotEnv: true,
	})
	fmt.Println(err)
	// Output:
	// invalid settings, 2 in all:
	//   LIMITS__BODY_BYTES=3MB: must be a size in bytes, or with KiB, MiB or GiB (for example LIMITS__BODY_BYTES=8MiB)
	//   MTLS__MDOE=********: is not a setting, did you mean MTLS__MODE?
}

func TestSeveralFingerprintsStandForARootThatIsBeingReplaced(t *testing.T) {
	other := strings.Repeat("AB:", 31) + "AB"
	s := mustLoad(t, complete("MTLS__CA_FINGERPRINT="+fingerprint+", "+other)...)
	if want := fingerprint + "," + strings.Repeat("ab", 32); string(s.MTLS.CAFingerprint) != want {
		t.Errorf("%q, want %q", s.MTLS.CAFingerprint, want)
	}
}
