package home

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// A key that is kept elsewhere leaves its name and public half, so that the
// directory is its own from then on.
func TestAKeyKeptElsewhereIsNeverWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent")
	h := start(t, path)
	d, key := parse(t, poet), seeded(t, 1)
	for range 2 { // a first start, and a later one
		id, err := h.ClaimWith(nil, d, key)
		must(t, err)
		if id.DID != d || !id.Key.PublicKey().Equal(key.PublicKey()) {
			t.Errorf("it is %+v", id)
		}
		must(t, h.Record(id, nil))
	}
	seed, encoded := bytes.Repeat([]byte{1}, 32), new(bytes.Buffer)
	for _, name := range names(t, path) {
		data, err := os.ReadFile(filepath.Join(path, name))
		must(t, err)
		encoded.Write(data)
		if name != IdentityFile && name != "agent.lock" {
			t.Errorf("%s was written", name)
		}
	}
	if encoded.Len() == 0 || bytes.Contains(encoded.Bytes(), seed) {
		t.Errorf("the directory holds %q", encoded)
	}
	if _, err := h.Identity(nil); !errors.Is(err, did.ErrKeyCorrupt) {
		t.Errorf("without the key: %v", err)
	}
}

func TestADirectoryOfAnotherIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		before func(t *testing.T, h *Home)
		want   error
	}{
		"another name": {func(t *testing.T, h *Home) {
			must(t, h.Record(Identity{DID: parse(t, other), Key: seeded(t, 1)}, nil))
		}, ErrIdentityChanged},
		"another key under the name": {func(t *testing.T, h *Home) {
			must(t, h.Record(Identity{DID: parse(t, poet), Key: seeded(t, 2)}, nil))
		}, ErrIdentityChanged},
		"another key without a name": {func(t *testing.T, h *Home) { saveKey(t, h.dir, seeded(t, 2)) }, ErrIdentityChanged},
		"credentials of another": {func(t *testing.T, h *Home) {
			must(t, h.dir.WriteFile(hydra.CredentialsFile, []byte(`{"`+other+`":{}}`), 0o600))
		}, ErrIdentityChanged},
		"a damaged record": {func(t *testing.T, h *Home) {
			must(t, h.dir.WriteFile(IdentityFile, []byte("{"), 0o600))
		}, ErrIdentityCorrupt},
		"a damaged key": {func(t *testing.T, h *Home) {
			must(t, h.dir.WriteFile("private.pem", []byte("x"), 0o600))
		}, did.ErrKeyCorrupt},
		"the same key": {func(t *testing.T, h *Home) { saveKey(t, h.dir, seeded(t, 1)) }, nil},
		"its own":      {func(t *testing.T, h *Home) { must(t, h.Record(NewIdentity(parse(t, poet), seeded(t, 1)), nil)) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, filepath.Join(t.TempDir(), "agent"))
			c.before(t, h)
			was := names(t, h.Path())
			if _, err := h.ClaimWith(nil, parse(t, poet), seeded(t, 1)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if is := names(t, h.Path()); len(is) != len(was) {
				t.Errorf("%v, was %v", is, was)
			}
		})
	}
}

// Nobody knows what a key that is kept elsewhere opened before, so that the first
// start in a directory waits as after another program.
func TestAKeyKeptElsewhereIsNotNew(t *testing.T) {
	now := time.Now()
	h := start(t, filepath.Join(t.TempDir(), "agent"))
	id, err := h.ClaimWith(nil, parse(t, poet), seeded(t, 1))
	must(t, err)
	store, err := h.Replay(id, replay.Config{Window: time.Minute, Total: 1, Now: func() time.Time { return now }})
	must(t, err)
	defer store.Close()
	if _, waits := store.Recovering(); !waits {
		t.Error("what was signed before the start is taken")
	}
}

// What an agent has elsewhere is not looked for in its directory.
func TestOnlyWhatIsUsedIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		damage string
		uses   Uses
	}{
		"replays": {replay.DirName, Uses{Replay: true}},
		"tasks":   {sqlite.FileName, Uses{Tasks: true}},
		"keys":    {keymemory.File, Uses{Keys: true}},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, filepath.Join(t.TempDir(), "agent"))
			must(t, h.dir.WriteFile(c.damage, []byte("damaged\nby hand\n"), fs.FileMode(0o600)))
			if err := Check(t.Context(), h.Path(), c.uses); err == nil {
				t.Error("what is used is damaged, and nothing is said")
			}
			others := Uses{!c.uses.Replay, !c.uses.Tasks, !c.uses.Keys}
			must(t, Check(t.Context(), h.Path(), others))
		})
	}
}
