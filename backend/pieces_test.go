package backend_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
)

// whenTold runs a command that goes on when its first words were told, and returns what
// was told: one whose answer is told at the end alone never ends.
func whenTold(t *testing.T, name string) (told []string, ids map[a2a.ArtifactID]bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go-on")
	e := newExec(t, name, func(cfg *backend.ExecConfig) {
		lookup := cfg.LookupEnv
		cfg.LookupEnv = func(key string) (string, bool) {
			if key == "BACKEND_TEST_STAY" {
				return file, true
			}
			return lookup(key)
		}
	})
	ids = make(map[a2a.ArtifactID]bool)
	_, err := e.Execute(t.Context(), request(t, a2a.NewTextPart("hi")), func(a *a2a.Artifact, more bool) error {
		ids[a.ID] = true
		for _, p := range a.Parts {
			told = append(told, fmt.Sprintf("%q %x %t", p.Text(), p.Raw(), more))
		}
		return os.WriteFile(file, nil, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, ids
}

func TestExecTellsWhatIsWrittenAsItComes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		// The last line feed may be the final one, and is told with what follows it.
		"slowly": `"one"  true, "\ntwo\n"  true`,
		"turns":  `"text"  true, "" fffe false`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told, ids := whenTold(t, name)
			got := strings.Join(told, ", ")
			// The command may have ended before the second piece was told.
			if got = strings.Replace(got, `"\ntwo\n"  false`, `"\ntwo\n"  true`, 1); got != want || len(ids) != 1 {
				t.Errorf("told %s, want %s; artifacts %v", got, want, ids)
			}
		})
	}
}

// An answer that nobody wants any more ends the command.
func TestExecEndsWhenAPieceIsRefused(t *testing.T) {
	t.Parallel()
	e := newExec(t, "slowly", nil) // which waits for a file that never comes
	refused := errors.New("not wanted")
	if _, err := e.Execute(t.Context(), request(t, a2a.NewTextPart("hi")), func(*a2a.Artifact, bool) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
}

// No two messages of a task are answered with one artifact.
func TestExecNamesAnArtifactForEachMessage(t *testing.T) {
	t.Parallel()
	ids := make(map[a2a.ArtifactID]bool)
	e := newExec(t, "cat", nil)
	for _, id := range []string{"m", "n"} {
		req := request(t, a2a.NewTextPart("hi"))
		req.Message.ID = id
		got, err := execute(t.Context(), e, req)
		if err != nil {
			t.Fatal(err)
		}
		ids[got.ID] = true
	}
	if len(ids) != 2 || ids[""] {
		t.Errorf("ids %v", ids)
	}
}
