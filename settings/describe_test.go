package settings_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// TestDescribedValuesLoadAgain gives everything Describe prints back to Load.
func TestDescribedValuesLoadAgain(t *testing.T) {
	first := mustLoad(t, complete(
		"AGENT__BACKEND=exec", `AGENT__COMMAND=python3 -c "print('a b')" ''`,
		`AUTH__AUDIENCE=["with space","plain"]`, "AUTH__REQUIRED_CLAIMS=azp,tid=72f9", "AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://login.example/", "AUTH__DID_CLAIM=did",
		`AUTH__PERMISSIONS=tasks/get=agent:read,tasks/get=agent:admin`,
		"DID__PINNED_KEYS=did:bindu:a=4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS",
		"LIMITS__RATE_PER_DID=0.5", "LIMITS__BODY_BYTES=3000", "MTLS__CERT_TTL=90m", "LOG__LEVEL=WARNING",
	)...)
	var environ []string
	for _, row := range first.Describe() {
		environ = append(environ, row.Name+"="+row.Value)
	}
	second := mustLoad(t, environ...)
	a, b := first.Describe(), second.Describe()
	for i := range a {
		if a[i].Value != b[i].Value {
			t.Errorf("%s was %q and is %q", a[i].Name, a[i].Value, b[i].Value)
		}
	}
	if !reflect.DeepEqual(first.Agent.Command, settings.Argv{"python3", "-c", "print('a b')", ""}) {
		t.Errorf("command: %q", first.Agent.Command)
	}
	if !reflect.DeepEqual(first.Auth, second.Auth) || !reflect.DeepEqual(first.Agent, second.Agent) {
		t.Error("settings differ though their descriptions agree")
	}
}

func TestEverySettingIsDescribed(t *testing.T) {
	for _, row := range settings.Default().Describe() {
		switch {
		case row.Doc == "" || !strings.HasSuffix(row.Doc, "."):
			t.Errorf("%s has no sentence: %q", row.Name, row.Doc)
		case row.Example == "":
			t.Errorf("%s has no example", row.Name)
		case !strings.HasPrefix(row.Name, strings.ToUpper(row.Section)+"__"):
			t.Errorf("%s is not named after its section %s", row.Name, row.Section)
		case (row.Kind == "number" || row.Kind == "size" || row.Kind == "time") && (row.Min == "" || row.Max == ""):
			t.Errorf("%s has no range", row.Name)
		}
	}
}

func TestEveryExampleAndDefaultIsRight(t *testing.T) {
	for _, row := range settings.Default().Describe() {
		values := map[string]string{"example": row.Example}
		if row.Source == settings.SourceDefault {
			values["default"] = row.Value
		}
		if row.Name == "AUTH__REQUIRE_DID" || row.Name == "AUTH__ENABLED" {
			delete(values, "default") // true either way
		}
		for what, value := range values {
			o := settings.Options{Environ: []string{row.Name + "=" + value}, SkipDotEnv: true, AllowIncomplete: true}
			if _, err := settings.Load(o); err != nil {
				t.Errorf("%s of %s: %v", what, row.Name, err)
			}
		}
	}
}

func TestChoicesAreTheConstants(t *testing.T) {
	want := map[string]string{
		"AGENT__BACKEND":       fmt.Sprint(settings.BackendEcho, "|", settings.BackendExec, "|", settings.BackendUpstream, "|", settings.BackendOpenAI),
		"AGENT__COMMAND_INPUT": fmt.Sprint(settings.CommandText, "|", settings.CommandJSON),
		"AUTH__PROVIDER":       fmt.Sprint(settings.ProviderHydra, "|", settings.ProviderAuth0, "|", settings.ProviderOIDC),
		"AUTH__ERROR_CODES":    fmt.Sprint(settings.ErrorCodesAuto, "|", settings.ErrorCodesOwn, "|", settings.ErrorCodesAuth0),
		"AUTH__TOKEN_MODE":     fmt.Sprint(settings.TokenStrict, "|", settings.TokenOptional, "|", settings.TokenPermissive),
		"AUTH__CLIENT_AUTH":    fmt.Sprint(settings.ClientSecretPost, "|", settings.ClientSecretBasic),
		"AUTH__OUTBOUND_AUDIENCE_STYLE": fmt.Sprint(settings.AudienceParameter, "|", settings.AudienceResource, "|",
			settings.AudienceScope, "|", settings.AudienceNone),
		"MTLS__MODE":      fmt.Sprint(settings.ModeHybrid, "|", settings.ModeMTLS),
		"DID__DERIVATION": fmt.Sprint(settings.DerivationKey, "|", settings.DerivationAuthorName),
		"LOG__FORMAT":     fmt.Sprint(settings.LogText, "|", settings.LogJSON),
		"LOG__LEVEL":      strings.ToLower(fmt.Sprint(slog.LevelDebug, "|", slog.LevelInfo, "|", slog.LevelWarn, "|", slog.LevelError)),
	}
	for _, row := range settings.Default().Describe() {
		if got := strings.Join(row.Choices, "|"); got != want[row.Name] {
			t.Errorf("%s: choices are %q, constants %q", row.Name, got, want[row.Name])
		}
	}
}

func TestRowsMarshal(t *testing.T) {
	s := mustLoad(t, complete("AGENT__KEY_PASSWORD=hunter2")...)
	text, err := json.Marshal(s.Describe())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"name":"AGENT__KEY_PASSWORD","file":"AGENT__KEY_PASSWORD_FILE","value":"********"`) {
		t.Errorf("rows: %s", text)
	}
}
