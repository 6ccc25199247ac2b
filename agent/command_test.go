package agent

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// TestCommandGetsWhatAGENT__COMMAND_ENVNames: from the environment and from
// .env, and nothing else of either.
func TestCommandGetsItsVariables(t *testing.T) {
	t.Setenv("FROM_ENVIRONMENT", "one")
	t.Setenv("NOT_NAMED", "secret")
	path := filepath.Join(t.TempDir(), ".env")
	content := "AGENT__NAME=poet\nAGENT__AUTHOR=a\nAGENT__BACKEND=exec\nAGENT__COMMAND=env\nAGENT__KEY_PASSWORD=secret\n" +
		"AGENT__COMMAND_ENV=FROM_ENVIRONMENT,FROM_DOT_ENV\nFROM_DOT_ENV='two words'\nALSO_NOT_NAMED=secret\n"
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := settings.Load(settings.Options{DotEnvPath: path, AllowIncomplete: true})
	if err != nil {
		t.Fatal(err)
	}
	exec, err := newExec(set, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	_, err = exec.Execute(t.Context(), task.Request{Message: &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart("x")}}}, func(artifact *a2a.Artifact, _ bool) error {
		out.WriteString(artifact.Parts[0].Text())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"FROM_ENVIRONMENT=one", "FROM_DOT_ENV=two words", "PATH="} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("the command lacks %s", line)
		}
	}
	if strings.Contains(out.String(), "secret") {
		t.Errorf("the command got what was not named: %s", &out)
	}
}
