package agent

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// damaged makes the directory of an agent with a file that none of its stores takes.
func damaged(t *testing.T, set settings.Settings, name string) {
	t.Helper()
	h, err := home.Open(t.Context(), string(set.Agent.Dir))
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(h.Path(), name), bytes.Repeat([]byte("x"), 4096), 0o600), h.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// elsewhere is a store that is the test's own.
func elsewhere(t *testing.T) task.Store {
	t.Helper()
	h, err := home.Open(t.Context(), filepath.Join(t.TempDir(), "tasks"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := h.Tasks(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(store.Close(), h.Close()) })
	return store
}

// refusal is the error of a start that must not come to serve.
func refusal(t *testing.T, o Options) error {
	t.Helper()
	a, err := New(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // else it would serve
	defer cancel()
	return a.Run(ctx)
}

// serves starts an agent, waits until it serves, and stops it.
func serves(t *testing.T, o Options) *Agent {
	t.Helper()
	a, _, end := run(t, o)
	select {
	case <-a.Serving():
	case <-time.After(time.Minute):
		t.Errorf("it does not serve: %v", end())
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	return a
}

// What a program gives is used in place of what settings and directory say, which
// may be missing or broken; and it is not closed.
func TestWhatIsGivenIsUsed(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	skills, err := skill.New(skill.Skill{ID: "shout", Name: "Shout", Description: "Shouts"})
	if err != nil {
		t.Fatal(err)
	}
	store := elsewhere(t)
	for name, c := range map[string]struct {
		damage func(*settings.Settings)
		give   func(*Options)
	}{
		"skills": {func(set *settings.Settings) { set.Agent.SkillsFile = "no-such-file" }, func(o *Options) { o.Skills = skills }},
		"tasks":  {func(set *settings.Settings) { damaged(t, *set, sqlite.FileName) }, func(o *Options) { o.Tasks = store }},
		"replay": {func(set *settings.Settings) { damaged(t, *set, replay.DirName) }, func(o *Options) { o.Replay = replay.NewMemory(time.Now, 0, 1000) }},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Settings: alone(t)}
			c.damage(&o.Settings)
			if err := refusal(t, o); err == nil {
				t.Error("it serves with what is broken")
			}
			c.give(&o)
			serves(t, o)
		})
	}
	if err := store.Probe(t.Context()); err != nil {
		t.Errorf("the agent closed a store that was given: %v", err)
	}
}

// Tasks that others may run are not taken for lost when an agent starts.
func TestWhatOthersRunIsNotFailedByAStart(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	store := elsewhere(t)
	const owner, id = "did:bindu:ann:critic:1", "task"
	at := time.Now().UTC().Truncate(time.Millisecond)
	message := &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
	if _, err := store.Submit(t.Context(), task.Submission{
		Owner: owner, Message: message, Digest: []byte("x"), TaskID: id, ContextID: "c", Run: "run", Holder: "another", At: at,
		MaxTasks: 10, MaxBytes: 1 << 20, MaxMessages: 10, MaxTaskBytes: 1 << 20,
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Hold(t.Context(), "another", time.Hour); err != nil {
		t.Fatal(err)
	}
	serves(t, Options{Settings: alone(t), Tasks: store})
	got, err := store.Get(t.Context(), owner, id, 0)
	if err != nil || got.Status.State != a2a.TaskStateSubmitted {
		t.Errorf("the task became %+v, %v", got, err)
	}
}

// A key that is kept elsewhere makes the agent who it is, and stays where it is.
func TestAKeyOfItsOwn(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	named, err := did.Parse("did:example:poet")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Settings: alone(t), Key: key}
	a := serves(t, o)
	if d := a.DID(); !d.BoundTo(key.PublicKey()) || serves(t, o).DID() != d {
		t.Errorf("it is %s", d)
	}
	if _, err := os.Lstat(filepath.Join(string(o.Settings.Agent.Dir), "private.pem")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key was written: %v", err)
	}
	for name, changed := range map[string]Options{
		"another key":  {Settings: o.Settings, Key: other},
		"another name": {Settings: o.Settings, Key: key, DID: named},
	} {
		if err := refusal(t, changed); !errors.Is(err, home.ErrIdentityChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := refusal(t, Options{Settings: o.Settings}); !errors.Is(err, did.ErrKeyCorrupt) {
		t.Errorf("without the key: %v", err)
	}
	if err := refusal(t, Options{Settings: o.Settings, DID: named}); !errors.Is(err, errNameWithoutKey) {
		t.Errorf("a name alone: %v", err)
	}
	if d := serves(t, Options{Settings: alone(t), Key: key, DID: named}).DID(); d != named {
		t.Errorf("it is %s and not %s", d, named)
	}
}
