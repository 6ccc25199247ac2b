package replay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// admitted is a request that opened the door.
type admitted struct {
	owner   did.DID
	key     string
	expires time.Time
}

func (a admitted) again(s *Store) error {
	return s.Use(context.Background(), a.owner, a.key, a.expires)
}

// admit uses n new keys of as many owners, signed at the given offsets from now.
func admit(t testing.TB, s *Store, prefix string, n int, offsets ...time.Duration) (all []admitted) {
	t.Helper()
	for i := range n {
		a := admitted{owner: name(t, fmt.Sprint(i)), key: fmt.Sprint(prefix, "-", i), expires: expiryOf(s.now())}
		if len(offsets) > 0 {
			a.expires = a.expires.Add(offsets[i%len(offsets)])
		}
		if err := a.again(s); err != nil {
			t.Fatalf("key %d: %v", i, err)
		}
		all = append(all, a)
	}
	return all
}

func expectReplayed(t testing.TB, what string, s *Store, all []admitted) {
	t.Helper()
	for _, a := range all {
		expect(t, what+" "+a.key, a.again(s), gate.ErrReplayed)
	}
}

func TestHostile080RestartForgetsNothing(t *testing.T) {
	const slow, quick = 41 * time.Second, 7 * time.Second
	tests := map[string]struct {
		end     func(*Store)
		pause   time.Duration
		offsets []time.Duration // of the callers' clocks
	}{
		"stopped":             {func(s *Store) { s.Close() }, quick, []time.Duration{0, -window, window, quick}},
		"killed":              {(*Store).crash, quick, []time.Duration{0, -window, window, quick}},
		"stopped, right time": {func(s *Store) { s.Close() }, slow, nil},
		"killed, right time":  {(*Store).crash, slow, nil},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := newDir(t, nil)
				s := open(t, dir, Config{})
				var all []admitted
				began := time.Now()
				for round := range 40 { // over several segments
					all = append(all, admit(t, s, fmt.Sprint(round), 20, tt.offsets...)...)
					tt.end(s)
					s = open(t, dir, Config{})
					if until, recovering := s.Recovering(); recovering {
						t.Fatalf("recovering until %v", until)
					}
					time.Sleep(tt.pause)
					for _, a := range all {
						if a.expires.After(time.Now()) {
							expect(t, a.key, a.again(s), gate.ErrReplayed)
						} else {
							expect(t, a.key, a.again(s), gate.ErrStale)
						}
					}
				}
				t.Logf("%d keys over %v", len(all), time.Since(began))
			})
		})
	}
}

// Row 8 of the load scenarios: captured requests, copies of each, a kill midway.
func TestCopiesAcrossAKillAreAdmittedOnce(t *testing.T) {
	const keys, copies, workers = 10_000, 10, 100
	dir, c := newDir(t, nil), newClock()
	order := rand.New(rand.NewPCG(1, 2)).Perm(keys * copies)
	expires := c.expiry()
	var passed atomic.Int64
	for _, half := range [][]int{order[:len(order)/2], order[len(order)/2:]} {
		s := open(t, dir, Config{Now: c.now})
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := w; i < len(half); i += workers {
					k := half[i] % keys
					if s.Use(context.Background(), name(t, fmt.Sprint(k%50)), fmt.Sprint(k), expires) == nil {
						passed.Add(1)
					}
				}
			})
		}
		wg.Wait()
		s.crash()
	}
	if passed.Load() != keys {
		t.Fatalf("%d admitted, want %d", passed.Load(), keys)
	}
}

func TestQuotasAreKnownAfterARestart(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	s := open(t, dir, Config{Now: c.now, PerOwner: 10})
	fill(s, name(t, "a"), 10, c.expiry())
	s.crash()
	s = open(t, dir, Config{Now: c.now, PerOwner: 10})
	expect(t, "the greedy one", s.Use(t.Context(), name(t, "a"), "new", c.expiry()), gate.ErrQuota)
	expect(t, "another", s.Use(t.Context(), name(t, "b"), "new", c.expiry()), nil)
}

// The end of a file may hold a part of a record that nobody was told of.
func TestTornRecordIsLeftOut(t *testing.T) {
	for torn := 1; torn < recordSize; torn++ {
		dir, c := newDir(t, nil), newClock()
		s := open(t, dir, Config{Now: c.now})
		all := admit(t, s, "k", 20)
		s.crash()
		_, filled := files(t, dir)
		for _, f := range filled {
			appendTo(t, path(dir, f), make([]byte, torn))
		}
		s = open(t, dir, Config{Now: c.now})
		if _, recovering := s.Recovering(); recovering {
			t.Fatalf("%d bytes: recovering", torn)
		}
		expectReplayed(t, "torn", s, all)
		expect(t, "new", s.Use(t.Context(), name(t, "a"), "new", c.expiry()), nil)
		s.Close()
	}
}

func appendTo(t testing.TB, path string, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		t.Fatal(err)
	}
}

func TestExpiryFreesMemoryAndDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{})
		for range 20 {
			admit(t, s, fmt.Sprint(time.Now().Unix()), 50, 0, window, -window+40*time.Second)
			time.Sleep(30 * time.Second)
		}
		if all, _ := files(t, dir); len(all) > 8*journals {
			t.Errorf("%d files during a steady stream", len(all))
		}
		time.Sleep(2*window + 2*slotSeconds*time.Second)
		if held := s.set.room.held.Load(); held != 0 {
			t.Errorf("%d keys held", held)
		}
		all, filled := files(t, dir)
		if len(all) != journals || len(filled) != 0 {
			t.Errorf("files %v, with records %v", all, filled)
		}
		expect(t, "still at work", s.Use(t.Context(), name(t, "a"), "new", expiryOf(time.Now())), nil)
	})
}

func TestStoreIsClosedOnce(t *testing.T) {
	c := newClock()
	s := open(t, newDir(t, nil), Config{Now: c.now})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, "after Close", s.Use(t.Context(), name(t, "a"), "k", c.expiry()), ErrUnavailable)
	expect(t, "after Close, far ahead", s.Use(t.Context(), name(t, "a"), "k", c.expiry().Add(window)), ErrUnavailable)
	expect(t, "Err", s.Err(), ErrUnavailable)
}

func TestFilesNobodyKnowsAreCleared(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	s := open(t, dir, Config{Now: c.now})
	all := admit(t, s, "k", 5)
	s.Close()
	left := []string{"0-0", "999-3", "1000000-7"}
	foreign := []string{"notes.txt", "12", "-", "1-x", "state.bak"}
	for _, f := range append(left, foreign...) {
		if err := os.WriteFile(path(dir, f), []byte("?"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Config{Now: c.now})
	expectReplayed(t, "kept", s, all)
	for _, f := range left {
		if _, err := os.Stat(path(dir, f)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", f, err)
		}
	}
	for _, f := range foreign {
		if _, err := os.Stat(path(dir, f)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := newDir(t, nil)
	s := open(t, dir, Config{})
	admit(t, s, "k", 5)
	err := filepath.Walk(filepath.Join(dir.Path(), DirName), func(p string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
