package registrar_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open returns an empty store.
func open(t testing.TB) registrar.Store {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "registrar"), nil)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return store
}

type fixture struct{ *registrartest.Fixture }

func newFixture(t testing.TB, change func(*registrar.Config)) fixture {
	t.Helper()
	return fixture{registrartest.NewFixture(t, open(t), change)}
}

func inMode(m registrar.Mode) func(*registrar.Config) {
	return func(c *registrar.Config) { c.Mode = m }
}

// put registers an agent.
func (f fixture) put(a registrartest.Agent, body registrartest.Body) registrartest.Answer {
	f.Helper()
	return registrartest.Ask(f, a.Sign(f, a.Signing(f.Config.Self, body.JSON(), f.Clock.Now())))
}

// accept registers an agent that must be taken.
func (f fixture) accept(a registrartest.Agent, body registrartest.Body) registrartest.Answer {
	f.Helper()
	got := f.put(a, body)
	if got.State != "registered" {
		f.Fatalf("%s: %s", a.DID, got)
	}
	return got
}

// want fails the test unless an answer is a refusal with a status and a word.
func want(t testing.TB, got registrartest.Answer, status int, reason string) {
	t.Helper()
	if got.Status != status || got.Reason != reason {
		t.Errorf("%s, want %d %s", got, status, reason)
	}
}

var _ http.Handler = (*registrar.Registrar)(nil)
