package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/settings"
)

// registeredKeys answers for Hydra.
type registeredKeys map[did.DID]ed25519.PublicKey

func (r registeredKeys) PublicKey(_ context.Context, d did.DID) (ed25519.PublicKey, error) {
	return r[d], nil
}

func newMemory(t *testing.T, limit int) *keymemory.Memory {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "agent"), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := keymemory.Open(dir, keymemory.Config{Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func newKey(t *testing.T) ed25519.PublicKey {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k.PublicKey()
}

func namedDID(t *testing.T, name string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:ops:" + name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The resolver itself refuses a changed key, so that nothing is verified with it.
func TestAChangedKeyIsRefusedBeforeItVerifiesAnything(t *testing.T) {
	d, first, other := namedDID(t, "poet:1"), newKey(t), newKey(t)
	for _, name := range []string{"at once", "after it was used"} {
		t.Run(name, func(t *testing.T) {
			registered := registeredKeys{d: first}
			k := knownKeys{registered, newMemory(t, 10), nil}
			if err := k.Remember(t.Context(), d, first); err != nil {
				t.Fatal(err)
			}
			if name != "at once" {
				if key, err := k.PublicKey(t.Context(), d); err != nil || !key.Equal(first) {
					t.Fatalf("%x, %v", key, err)
				}
			}
			registered[d] = other
			if key, err := k.PublicKey(t.Context(), d); !errors.Is(err, did.ErrKeyChanged) || key != nil {
				t.Errorf("%x, %v, want ErrKeyChanged and no key", key, err)
			}
		})
	}
}

// A pin is the operator's word, and what was seen before does not matter.
func TestPinnedKeysWinOverRememberedOnes(t *testing.T) {
	d, seen, pinned := namedDID(t, "poet:1"), newKey(t), newKey(t)
	memory := newMemory(t, 10)
	if err := memory.Remember(t.Context(), d, seen); err != nil {
		t.Fatal(err)
	}
	k := knownKeys{registeredKeys{d: pinned}, memory, pinnedKeys{d: pinned}}
	if key, err := k.PublicKey(t.Context(), d); err != nil || !key.Equal(pinned) {
		t.Errorf("%x, %v", key, err)
	}
	if err := k.Remember(t.Context(), d, pinned); err != nil {
		t.Error(err)
	}
}

func TestTheMemoryOfKeysWarnsBeforeItIsFull(t *testing.T) {
	for n, want := range map[int]string{0: "", 17: "", 18: "key_memory_nearly_full", 19: "key_memory_nearly_full", 20: "key_memory_full"} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			m := newMemory(t, 20)
			for i := range n {
				if err := m.Remember(t.Context(), namedDID(t, fmt.Sprintf("poet:%d", i)), newKey(t)); err != nil {
					t.Fatal(err)
				}
			}
			if got := keyMemoryWarning(m); got != want {
				t.Errorf("%d of 20: %q, want %q", n, got, want)
			}
		})
	}
}

// What an operator decides while the agent runs counts at once, though Hydra's
// earlier key is still kept: for a key that was accepted, and after forgetting.
func TestADecisionCountsBeforeHydrasEarlierKeyIsTooOld(t *testing.T) {
	for name, forget := range map[string]bool{"accepted": false, "forgotten": true} {
		t.Run(name, func(t *testing.T) {
			s := hydratest.Start(t, hydratest.Options{})
			set := settings.Default()
			set.Agent.Dir = settings.Path(filepath.Join(t.TempDir(), "agent"))
			set.Hydra.AdminURL, set.Hydra.PublicURL = settings.URL(s.AdminURL), settings.URL(s.PublicURL)
			now := time.Now()
			a, err := New(Options{Settings: set, Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			a.life.Fail = func(err error) { t.Error(err) }
			defer func() {
				if err := a.stop(time.Second); err != nil {
					t.Error(err)
				}
			}()
			h, err := a.lockDirectory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			remembered, err := a.openKeyMemory(h)
			if err != nil {
				t.Fatal(err)
			}
			keys, memory, err := a.keyResolver(&direct{cfg: a.hydraConfig()}, remembered, nil)
			if err != nil {
				t.Fatal(err)
			}
			d, first, second := namedDID(t, "poet:1"), newKey(t), newKey(t)
			register := func(key ed25519.PublicKey) {
				s.Register(d.String(), "", hydratest.Document{"metadata": fmt.Appendf(nil, `{"public_key":%q}`, did.EncodePublicKey(key))})
			}
			register(first)
			if _, err := keys.PublicKey(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if err := memory.Remember(t.Context(), d, first); err != nil {
				t.Fatal(err)
			}
			register(second)
			decision := keymemory.Request{DID: d, Key: second}
			if forget {
				decision.Key = nil
			}
			beside, err := safefile.OpenDir(h.Path(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := keymemory.Submit(beside, decision); err != nil {
				t.Fatal(err)
			}
			a.Reload() // the look that comes by itself within seconds
			if key, err := keys.PublicKey(t.Context(), d); err != nil || !key.Equal(second) {
				t.Errorf("%x, %v, want the key that is registered now", key, err)
			}
		})
	}
}
