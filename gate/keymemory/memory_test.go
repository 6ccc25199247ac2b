package keymemory_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testNow = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func openDir(t testing.TB, fsys safefile.FS) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), "agent"), fsys)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t testing.TB, dir *safefile.Dir, limit int) *keymemory.Memory {
	t.Helper()
	m, err := keymemory.Open(dir, keymemory.Config{Limit: limit, Now: func() time.Time { return testNow }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return m
}

func key(t testing.TB) ed25519.PublicKey {
	t.Helper()
	k, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k.PublicKey()
}

func named(t testing.TB, name string) did.DID {
	t.Helper()
	d, err := did.FromAuthorAndName("ops@example.com", name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func bound(t testing.TB, k ed25519.PublicKey) did.DID {
	t.Helper()
	d, err := did.FromPublicKey("ops@example.com", "bound", k)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func remember(t testing.TB, m *keymemory.Memory, d did.DID, k ed25519.PublicKey) {
	t.Helper()
	if err := m.Remember(t.Context(), d, k); err != nil {
		t.Fatalf("Remember %s: %v", d, err)
	}
}

// refuses checks that neither look nor use lets another key pass.
func refuses(t testing.TB, m *keymemory.Memory, d did.DID, k ed25519.PublicKey) {
	t.Helper()
	if err := m.Check(d, k); !errors.Is(err, did.ErrKeyChanged) {
		t.Errorf("Check %s with another key: %v, want ErrKeyChanged", d, err)
	}
	if err := m.Remember(context.Background(), d, k); !errors.Is(err, did.ErrKeyChanged) {
		t.Errorf("Remember %s with another key: %v, want ErrKeyChanged", d, err)
	}
}

func accepts(t testing.TB, m *keymemory.Memory, d did.DID, k ed25519.PublicKey) {
	t.Helper()
	if err := m.Check(d, k); err != nil {
		t.Errorf("Check %s: %v", d, err)
	}
}

func TestAnotherKeyIsRefusedAlsoAfterARestart(t *testing.T) {
	dir := openDir(t, nil)
	d, first, other := named(t, "poet"), key(t), key(t)
	m := open(t, dir, 10)
	accepts(t, m, d, first)
	accepts(t, m, d, other) // looking remembers nothing
	remember(t, m, d, first)
	remember(t, m, d, first)
	refuses(t, m, d, other)
	again := open(t, dir, 10)
	accepts(t, again, d, first)
	refuses(t, again, d, other)
}

// A DID that is derived from its key: another key is refused, and whoever came
// before with another one cannot shut its owner out.
func TestTheKeyOfAKeyBoundDIDCannotBeReplaced(t *testing.T) {
	own, other := key(t), key(t)
	d := bound(t, own)
	t.Run("seen first", func(t *testing.T) {
		m := open(t, openDir(t, nil), 10)
		remember(t, m, d, own)
		refuses(t, m, d, other)
	})
	t.Run("another seen first", func(t *testing.T) {
		dir := openDir(t, nil)
		m := open(t, dir, 10)
		remember(t, m, d, other)
		accepts(t, m, d, own)
		remember(t, m, d, own)
		refuses(t, m, d, other)
		refuses(t, open(t, dir, 10), d, other)
	})
}

func TestAFullMemoryForgetsNobodyAndRefusesNewcomers(t *testing.T) {
	dir := openDir(t, nil)
	m := open(t, dir, 3)
	keys := make([]ed25519.PublicKey, 3)
	for i := range keys {
		keys[i] = key(t)
		remember(t, m, named(t, fmt.Sprint("early", i)), keys[i])
	}
	late, lateKey := named(t, "late"), key(t)
	for range 3 {
		if err := m.Remember(t.Context(), late, lateKey); !errors.Is(err, keymemory.ErrFull) {
			t.Fatalf("a fourth: %v, want ErrFull", err)
		}
	}
	own := key(t)
	remember(t, m, bound(t, own), own) // proves itself
	if err := m.Remember(t.Context(), bound(t, own), lateKey); !errors.Is(err, keymemory.ErrFull) {
		t.Errorf("another key of that DID: %v, want ErrFull", err)
	}
	for i, k := range keys {
		accepts(t, m, named(t, fmt.Sprint("early", i)), k)
		refuses(t, m, named(t, fmt.Sprint("early", i)), lateKey)
	}
	if n, limit := m.Len(); n != 3 || limit != 3 {
		t.Errorf("%d of %d", n, limit)
	}
	if err := m.Forget(named(t, "early0")); err != nil {
		t.Fatal(err)
	}
	remember(t, m, late, lateKey)
	// With a lower limit nothing is lost either.
	less := open(t, dir, 1)
	refuses(t, less, late, keys[0])
	accepts(t, less, late, lateKey)
}

func TestTheOperatorAcceptsAndForgets(t *testing.T) {
	dir := openDir(t, nil)
	m := open(t, dir, 10)
	d, first, second, third := named(t, "poet"), key(t), key(t), key(t)
	remember(t, m, d, first)
	for _, r := range []keymemory.Request{{DID: d, Key: second}, {DID: d, Key: second}} {
		taken, err := keymemory.Submit(dir, r)
		if err != nil {
			t.Fatal(err)
		}
		if done, err := taken(); done || err != nil {
			t.Errorf("taken before anybody looked: %t, %v", done, err)
		}
		refuses(t, m, d, third)
		if err := m.TakeRequests(); err != nil {
			t.Fatal(err)
		}
		if done, err := taken(); !done || err != nil {
			t.Errorf("not taken: %v", err)
		}
		accepts(t, m, d, second)
		refuses(t, m, d, first)
	}
	again := open(t, dir, 10) // after a restart: the one before writes no more
	accepts(t, again, d, second)
	refuses(t, again, d, first)
	if _, err := keymemory.Submit(dir, keymemory.Request{DID: d}); err != nil {
		t.Fatal(err)
	}
	if err := again.TakeRequests(); err != nil {
		t.Fatal(err)
	}
	remember(t, again, d, third)
	entries, err := keymemory.Read(dir)
	if err != nil || len(entries) != 1 || !entries[0].Key.Equal(third) || entries[0].Accepted {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestABrokenRequestStaysAndIsTold(t *testing.T) {
	dir := openDir(t, nil)
	m := open(t, dir, 10)
	broken := filepath.Join(dir.Path(), keymemory.RequestsDir, "x.json")
	if err := os.WriteFile(broken, []byte(`{"did":"did:x:y"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	d, k := named(t, "poet"), key(t)
	if _, err := keymemory.Submit(dir, keymemory.Request{DID: d, Key: k}); err != nil {
		t.Fatal(err)
	}
	if err := m.TakeRequests(); err == nil || !strings.Contains(err.Error(), "x.json") {
		t.Errorf("error %v", err)
	}
	refuses(t, m, d, key(t)) // the good one counts
	if _, err := os.Stat(broken); err != nil {
		t.Error(err)
	}
}

func TestOfTwoKeysAtOnceOneWins(t *testing.T) {
	m := open(t, openDir(t, nil), 10)
	d := named(t, "poet")
	var admitted, refused atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		k := key(t)
		wg.Go(func() {
			switch err := m.Remember(context.Background(), d, k); {
			case err == nil:
				admitted.Add(1)
			case errors.Is(err, did.ErrKeyChanged):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if admitted.Load() != 1 || refused.Load() != 15 {
		t.Errorf("%d admitted, %d refused", admitted.Load(), refused.Load())
	}
}

// An operator who accepted the wrong key has not shut the right one out.
func TestAKeyThatProvesItselfIsNeverAnotherOne(t *testing.T) {
	m := open(t, openDir(t, nil), 10)
	own, other := key(t), key(t)
	d := bound(t, own)
	if err := m.Accept(d, other); err != nil {
		t.Fatal(err)
	}
	accepts(t, m, d, own)
	remember(t, m, d, own)
	refuses(t, m, d, other)
}
