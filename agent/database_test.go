package agent

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/postgres"
)

// eventually fails unless ok comes true in time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline, tick := time.After(2*time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// String is all that was written.
func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func inDatabase(t *testing.T, text string) settings.Settings {
	t.Helper()
	set := alone(t)
	set.Task.DatabaseURL = settings.NewSecret(text)
	return set
}

// keyed are two starts of one agent, each in a directory of its own.
func keyed(t *testing.T, text string) (first, second Options) {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Settings: inDatabase(t, text), Key: key}, Options{Settings: inDatabase(t, text), Key: key}
}

// lost stores a task that a process left which is gone.
func lost(t *testing.T, text string, agent did.DID) (*postgres.Store, func() a2a.TaskState) {
	t.Helper()
	a, err := postgresdb.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), a, agent, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	const owner, id = "did:bindu:ann:critic:1", "task"
	message := &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
	if _, err := store.Submit(t.Context(), task.Submission{
		Owner: owner, Message: message, Digest: []byte("x"), TaskID: id, ContextID: "c", Run: "run", Holder: "gone", At: time.UnixMilli(1),
		MaxTasks: 10, MaxBytes: 1 << 20, MaxMessages: 10, MaxTaskBytes: 1 << 20,
	}); err != nil {
		t.Fatal(err)
	}
	return store, func() a2a.TaskState {
		got, err := store.Get(t.Context(), owner, id, 0)
		if err != nil {
			return ""
		}
		return got.Status.State
	}
}

// Processes of one agent serve at once from one database. What one of them left that is
// gone is failed, and nothing that they share is in a directory.
func TestTasksInPostgreSQL(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Shared(t)
	text := server.Address(server.Database(t), nil)
	one, two := keyed(t, text)
	first, log, endFirst := run(t, one)
	second, _, endSecond := run(t, two)
	eventually(t, "both serve", func() bool { return isClosed(first.Serving()) && isClosed(second.Serving()) })
	if first.DID() != second.DID() {
		t.Errorf("they are %s and %s", first.DID(), second.DID())
	}
	_, state := lost(t, text, first.DID())
	eventually(t, "the lost task is failed", func() bool { return state() == a2a.TaskStateFailed })
	for _, end := range []func() error{endFirst, endSecond} {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"tasks.db", "replay"} {
		if _, err := os.Stat(filepath.Join(string(one.Settings.Agent.Dir), name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("there is %s in the directory: %v", name, err)
		}
	}
	if strings.Contains(log.String(), url.QueryEscape(postgrestest.Password)) || strings.Contains(log.String(), postgrestest.Password) {
		t.Error("the log has the password")
	}
}

// recovers starts an agent, and reports whether it refuses what was signed by now.
func recovers(t *testing.T, set settings.Settings) bool {
	t.Helper()
	a, _, end := run(t, Options{Settings: set})
	eventually(t, "it serves", func() bool { return isClosed(a.Serving()) })
	recovers := slices.Contains(a.ready.why(), "replay_recovering")
	if err := end(); err != nil {
		t.Error(err)
	}
	return recovers
}

// What an agent accepted while nothing was shared could be brought to another process: what
// was signed by then is refused, once.
func TestADirectoryHandsOverWhatItAccepted(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Shared(t)
	database := server.Database(t)
	set := inDatabase(t, server.Address(database, nil))
	single := set
	single.Task.DatabaseURL = settings.Secret{}
	recovers(t, set) // which makes the tables
	for round := range 2 {
		server.Exec(t, database, `UPDATE agent.replay_memory SET floor = 0`)
		if recovers(t, set) {
			t.Errorf("round %d: there is nothing to hand over", round)
		}
		recovers(t, single)
		if !recovers(t, set) {
			t.Errorf("round %d: what the directory knows is passed over", round)
		}
	}
}

// A directory knows that others may have accepted something since it remembered by itself.
func TestADirectoryThatSharedIsNotReliedOn(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Shared(t)
	set := inDatabase(t, server.Address(server.Database(t), nil))
	single := set
	single.Task.DatabaseURL = settings.Secret{}
	if recovers(t, single) {
		t.Error("a new directory has nothing to recover")
	}
	recovers(t, set)
	if !recovers(t, single) {
		t.Error("it relies on what it remembered before")
	}
}

// A process that remembers elsewhere what it accepted serves alone: another waits for its
// place.
func TestAProcessThatSharesNotAllServesAlone(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Shared(t)
	one, two := keyed(t, server.Address(server.Database(t), nil))
	one.Replay = replay.NewMemory(time.Now, 0, 1000)
	first, _, endFirst := run(t, one)
	eventually(t, "the first serves", func() bool { return isClosed(first.Serving()) })
	second, _, endSecond := run(t, two)
	eventually(t, "the second waits", func() bool { return slices.Contains(second.ready.why(), databaseInUse) })
	if err := endFirst(); err != nil {
		t.Error(err)
	}
	eventually(t, "the second serves", func() bool { return isClosed(second.Serving()) })
	if isDatabase(second) {
		t.Errorf("it waits still: %v", second.ready.why())
	}
	if err := endSecond(); err != nil {
		t.Error(err)
	}
}

// An agent that remembers the keys of its callers in its directory serves alone, by default
// too: another process would not know of a key that changed.
func TestWhoRemembersKeysServesAlone(t *testing.T) {
	for name, want := range map[string]postgres.Company{"DID__REMEMBER_KEYS=true": postgres.Alone, "": postgres.Alone, "DID__REMEMBER_KEYS=false": postgres.Together} {
		var set settings.Settings
		if set = loadable(t); name != "" {
			set = loadable(t, name)
		}
		a, err := New(Options{Settings: set})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.company(); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

// isDatabase reports whether the database keeps an agent from being ready.
func isDatabase(a *Agent) bool {
	return slices.ContainsFunc(a.ready.why(), func(why string) bool { return why == databaseAway || why == databaseInUse })
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// While the server is away a start waits and an agent is not ready, and says why; what was
// accepted is there when it is back.
func TestADatabaseThatIsAway(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Start(t)
	text := server.Address(server.Database(t), nil)
	server.Stop()
	a, _, end := run(t, Options{Settings: inDatabase(t, text)})
	eventually(t, "a start waits", func() bool { return slices.Contains(a.ready.why(), databaseAway) })
	server.Restart(t)
	eventually(t, "it serves", func() bool { return isClosed(a.Serving()) && !isDatabase(a) })
	_, state := lost(t, text, a.DID())
	server.Stop()
	eventually(t, "it is not ready", func() bool { return slices.Contains(a.ready.why(), databaseAway) })
	server.Restart(t)
	eventually(t, "it is ready", func() bool { return !isDatabase(a) })
	eventually(t, "what was accepted is there", func() bool { return state() != "" })
	if err := end(); err != nil {
		t.Error(err)
	}
}

// A database with the tasks of another agent ends the start, and is not waited for.
func TestADatabaseOfAnotherAgent(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	server := postgrestest.Shared(t)
	text := server.Address(server.Database(t), nil)
	serves(t, Options{Settings: inDatabase(t, text)})
	if err := refusal(t, Options{Settings: inDatabase(t, text)}); !errors.Is(err, postgres.ErrOtherAgent) {
		t.Errorf("another agent: %v", err)
	}
}

// A look before the start judges the address, and tells nothing of it.
func TestPreflightReadsTheDatabaseURL(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	for text, want := range map[string]error{
		"postgres://u:s3cret@127.0.0.1:1/db":   nil, // it may come
		"postgres://u:s3cret@db.internal/db":   postgresdb.ErrInsecure,
		"postgres://u:s3cret@127.0.0.1/db?x=y": postgresdb.ErrURL,
	} {
		err := Preflight(context.WithoutCancel(t.Context()), inDatabase(t, text))
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%v, want %v", err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "TASK__DATABASE_URL")) {
			t.Errorf("the error is %v", err)
		}
	}
}
