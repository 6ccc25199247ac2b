package settings_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// minimal is the least that an agent with a command starts with.
func minimal(more ...string) []string {
	return append([]string{
		"AGENT__NAME=poet", "AGENT__AUTHOR=you@example.com", "HYDRA__ADMIN_URL=https://a.example", "HYDRA__PUBLIC_URL=https://p.example",
		"MTLS__CA_URL=https://ca.example", "MTLS__CA_FINGERPRINT=" + strings.Repeat("ab", 32), "AGENT__BACKEND=exec", "AGENT__COMMAND=cat",
	}, more...)
}

func dotEnvFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCommandEnvComesFromTheEnvironmentAndDotEnv(t *testing.T) {
	path := dotEnvFile(t, "AGENT__COMMAND_ENV=MODEL_KEY,MODEL_URL,ABSENT,EMPTY\nMODEL_KEY='sk-file \\ x'\nMODEL_URL=https://file.example\nEMPTY=file\n")
	s, err := settings.Load(settings.Options{DotEnvPath: path, Environ: minimal("MODEL_URL= https://env.example ", "EMPTY=", "OTHER=o")})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"MODEL_KEY": `sk-file \ x`, "MODEL_URL": " https://env.example ", "EMPTY": ""} {
		if got, set := s.CommandVariable(name); got != want || !set {
			t.Errorf("%s is %q, set %v; want %q", name, got, set, want)
		}
	}
	for _, name := range []string{"ABSENT", "OTHER", "HYDRA__ADMIN_URL"} {
		if got, set := s.CommandVariable(name); set {
			t.Errorf("%s is %q, want none", name, got)
		}
	}
	if warned := strings.Join(s.Warnings(), "\n"); !strings.Contains(warned, "names ABSENT, which is not set") {
		t.Errorf("nothing is said of a variable that is not set: %s", warned)
	}
	if shown := fmt.Sprintf("%v %+v %#v %v", s, s, s, s.Describe()); strings.Contains(shown, "sk-file") {
		t.Error("the value of a variable for the command is shown")
	}
}

func TestCommandEnvRefusesWhatIsOurs(t *testing.T) {
	for _, name := range []string{
		"HYDRA__ADMIN_URL", "AGENT__KEY_PASSWORD", "AGENT__KEY_PASSWORD_FILE", "AUTH__CLIENT_SECRET", "agent__key_password",
		"AUTH__CLIENT_SECRET_FILE", "AGENT__WHATEVER", "AGENT_CALLER_DID", "agent_task_id", "AGENT_CONTEXT_ID", "A=b", "1A", "A-B", "É",
	} {
		_, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("AGENT__COMMAND_ENV=GOOD," + name)})
		var faults *settings.Error
		if !errors.As(err, &faults) || len(faults.Faults) != 1 || faults.Faults[0].Variable != "AGENT__COMMAND_ENV" {
			t.Errorf("%s: %v, want a fault of AGENT__COMMAND_ENV", name, err)
		}
	}
	environ := []string{"AGENT__NAME=a", "AGENT__AUTHOR=b", "AGENT__COMMAND_ENV=A", "MTLS__ENABLED=false", "AUTH__PROVIDER=hydra", "HYDRA__ADMIN_URL=https://a.example", "HYDRA__PUBLIC_URL=https://p.example"}
	if _, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: environ}); err == nil || !strings.Contains(err.Error(), "AGENT__COMMAND_ENV") {
		t.Errorf("variables for no command: %v", err)
	}
}

// TestVariablesForTheCommandAreJudgedLikeOurs: what .env gives the command comes
// out as a shell reads it, too.
func TestVariablesForTheCommandAreJudgedLikeOurs(t *testing.T) {
	for content, says := range map[string]string{
		"AGENT__COMMAND_ENV=KEY\nKEY=\"p4\\9w\"\n":    "line 2 is read differently",
		"KEY=$HOME/x\nAGENT__COMMAND_ENV=[\"KEY\"]\n": "line 1 inserts $HOME",
	} {
		_, err := settings.Load(settings.Options{DotEnvPath: dotEnvFile(t, content), Environ: minimal()})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", content, err, says)
		}
	}
}

// TestTheEnvironmentNamesVariablesOfDotEnv: the name and the value may come from
// two places.
func TestTheEnvironmentNamesVariablesOfDotEnv(t *testing.T) {
	path := dotEnvFile(t, "KEY=\"p4\\9w\"\n")
	if _, err := settings.Load(settings.Options{DotEnvPath: path, Environ: minimal()}); err != nil {
		t.Errorf("another program's variable: %v", err)
	}
	if _, err := settings.Load(settings.Options{DotEnvPath: path, Environ: minimal("AGENT__COMMAND_ENV=KEY")}); err == nil {
		t.Error("a variable that the environment names for the command is not judged")
	}
	readable := dotEnvFile(t, "AGENT__COMMAND_ENV=KEY\nKEY=sk\n")
	if err := os.Chmod(readable, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(settings.Options{DotEnvPath: readable, Environ: minimal()})
	if err != nil || !strings.Contains(strings.Join(s.Warnings(), "\n"), "other users may read it") {
		t.Errorf("a file with the command's secret that others may read: %q, %v", s.Warnings(), err)
	}
}
