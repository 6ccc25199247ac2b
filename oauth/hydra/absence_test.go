package hydra_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestADeletionIsMeant: what the next start makes of a client that is not there.
func TestADeletionIsMeant(t *testing.T) {
	type scene struct {
		*agent
		w *world
		s *hydratest.Server
	}
	remove := func(name string) func(*testing.T, scene) {
		return func(t *testing.T, c scene) {
			if err := c.dir.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	deleted := func(_ *testing.T, c scene) { c.s.DeleteClient(c.wanted.DID.String()) }
	for name, row := range map[string]struct {
		steps   []func(*testing.T, scene)
		options []hydra.RegistrarOption
		want    error // nil: registered again
	}{
		"deleted":           {steps: []func(*testing.T, scene){deleted}, want: hydra.ErrClientDeleted},
		"deleted, insisted": {steps: []func(*testing.T, scene){deleted}, options: []hydra.RegistrarOption{hydra.WithRecreate()}},
		"takeover is about another's client": {steps: []func(*testing.T, scene){deleted},
			options: []hydra.RegistrarOption{hydra.WithTakeover()}, want: hydra.ErrClientDeleted},
		"deleted, and the secret is lost": {steps: []func(*testing.T, scene){deleted, remove(hydra.CredentialsFile)}, want: hydra.ErrClientDeleted},
		"wiped":                           {steps: []func(*testing.T, scene){func(_ *testing.T, c scene) { c.s.Wipe() }}},
		"deleted after new keys were added": {steps: []func(*testing.T, scene){
			func(_ *testing.T, c scene) { c.s.RotateKeys() }, deleted}, want: hydra.ErrClientDeleted},
		"deleted after all keys changed, with a start between": {steps: []func(*testing.T, scene){
			func(_ *testing.T, c scene) { c.s.ReplaceKeys() }, func(t *testing.T, c scene) { c.reconcile(t, c.w) }, deleted}, want: hydra.ErrClientDeleted},
		"no record, as in directories of before": {steps: []func(*testing.T, scene){deleted, remove(hydra.RegistrationFile)}},
		"a damaged record": {steps: []func(*testing.T, scene){deleted, func(t *testing.T, c scene) {
			spoilRecord(t, c.agent, `{"truncated`)
		}}, want: hydra.ErrRegistrationCorrupt},
		"a record of another form": {steps: []func(*testing.T, scene){deleted, func(t *testing.T, c scene) {
			spoilRecord(t, c.agent, `{"`+c.wanted.DID.String()+`":{"hydra_keys":"x"}}`)
		}}, want: hydra.ErrRegistrationCorrupt},
		"a record that others can write": {steps: []func(*testing.T, scene){deleted, func(t *testing.T, c scene) {
			if err := os.Chmod(filepath.Join(c.dir.Path(), hydra.RegistrationFile), 0o666); err != nil {
				t.Fatal(err)
			}
		}}, want: safefile.ErrInsecurePermissions},
		"the keys cannot be had": {steps: []func(*testing.T, scene){deleted, func(_ *testing.T, c scene) {
			c.s.Fail(hydratest.KeySet, hydratest.Fault{Status: 503})
		}}, want: oauth.ErrUnavailable},
		"the keys are none": {steps: []func(*testing.T, scene){deleted, func(_ *testing.T, c scene) {
			c.s.Fail(hydratest.KeySet, hydratest.Fault{Status: 200, Body: `{"keys":[{"kty":"oct","k":"AAAA"}]}`})
		}}, want: oauth.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			a := newAgent(t, "agent")
			first := a.reconcile(t, w)
			for _, step := range row.steps {
				step(t, scene{a, w, s})
			}
			result, err := a.registrar(w.config(), row.options...).Reconcile(t.Context(), a.wanted)
			_, there := s.Registered(a.wanted.DID.String())
			if !errors.Is(err, row.want) || there != (row.want == nil) {
				t.Fatalf("error %v, want %v; registered: %t", err, row.want, there)
			}
			if err == nil && (result.Action != hydra.Recreated || result.Credentials.ClientSecret != first.Credentials.ClientSecret) {
				t.Errorf("%s, want recreated with the same secret", result.Action)
			}
		})
	}
}

// TestADeletionIsMeantAlsoByNewKeys: a start with other keys records those, so that
// the next one knows a Hydra that has nothing but them.
func TestADeletionIsMeantAlsoByNewKeys(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	record := func() string {
		data, err := os.ReadFile(filepath.Join(a.dir.Path(), hydra.RegistrationFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before := record()
	a.reconcile(t, w)
	if again := record(); again != before {
		t.Errorf("the same keys were recorded anew:\n%s\n%s", before, again)
	}
	s.ReplaceKeys()
	a.reconcile(t, w)
	if after := record(); after == before {
		t.Errorf("other keys are not recorded:\n%s", after)
	}
}

func spoilRecord(t *testing.T, a *agent, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(a.dir.Path(), hydra.RegistrationFile), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAnotherDIDOfTheDirectoryIsNew: a record is of one DID.
func TestAnotherDIDOfTheDirectoryIsNew(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	renamed := newAgent(t, "renamed")
	renamed.dir = a.dir
	if result := renamed.reconcile(t, w); result.Action != hydra.Created {
		t.Errorf("%s, want created", result.Action)
	}
	s.DeleteClient(a.wanted.DID.String())
	if _, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted); !errors.Is(err, hydra.ErrClientDeleted) {
		t.Errorf("the first one: %v, want ErrClientDeleted: its record is gone", err)
	}
}

// TestARecordThatCannotBeMadeStopsNobody, and the next start makes it.
func TestARecordThatCannotBeMadeStopsNobody(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	s.Fail(hydratest.KeySet, hydratest.Fault{Status: 500})
	a.reconcile(t, w)
	path := filepath.Join(a.dir.Path(), hydra.RegistrationFile)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a record of keys that nobody told: %v", err)
	}
	s.Fail(hydratest.KeySet, hydratest.Fault{})
	spoilRecord(t, a, `damaged`)
	a.reconcile(t, w)
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), a.wanted.DID.String()) {
		t.Errorf("recorded %q %v", data, err)
	}
}

// TestMissing: what became of the client of an agent that runs.
func TestMissing(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	a := newAgent(t, "agent")
	a.reconcile(t, w)
	registrar := a.registrar(w.config())
	is := func(ctx context.Context, want error) {
		t.Helper()
		if err := registrar.Missing(ctx, a.wanted.DID); !errors.Is(err, want) {
			t.Errorf("error %v, want %v", err, want)
		}
	}
	is(t.Context(), nil)
	s.SetSecret(a.wanted.DID.String(), "changed")
	is(t.Context(), nil)
	s.DeleteClient(a.wanted.DID.String())
	is(t.Context(), hydra.ErrClientDeleted)
	s.Fail(hydratest.KeySet, hydratest.Fault{Reset: true})
	is(t.Context(), oauth.ErrUnavailable)
	s.Fail(hydratest.KeySet, hydratest.Fault{})
	s.Wipe()
	is(t.Context(), hydra.ErrClientLost)
	if _, there := s.Registered(a.wanted.DID.String()); there {
		t.Error("to look is not to register")
	}
}
