package registrar_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/registrar"
)

// witness remembers what it was told.
type witness struct {
	mu   sync.Mutex
	seen registrar.Head
	told []registrar.Head // that they were decided here
	back []registrar.Head // was, found and begun, each time
}

func (w *witness) Seen() registrar.Head {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}

func (w *witness) Keep(h registrar.Head) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = h
}

func (w *witness) Decided(h registrar.Head) {
	w.Keep(h)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, h)
}

func (w *witness) WentBack(was, found, begun registrar.Head) {
	w.Keep(begun)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.back = append(w.back, was, found, begun)
}

func (w *witness) Began(h registrar.Head) { w.Keep(h) }

// A database and its witness that are both restored know of no epoch that was begun
// since: who heard of those has to take the numbers of the next as later.
func TestANewEpochIsAfterOnesThatNobodyKnows(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	d := f.registered("alice").DID
	var last registrar.Head
	for range 3 {
		f.Clock.Advance(time.Second)
		var err error
		if _, last, err = f.NewEpoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := f.Revoke(t.Context(), d, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Restore(t.Context(), d, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.Clock.Advance(time.Second)
	cfg := f.Config
	cfg.Store, cfg.Witness = open(f), nil
	_, next, err := f.Replica(cfg).NewEpoch(t.Context())
	if err != nil || next.Seq <= last.Seq+6 {
		t.Errorf("it begins at %d, after %d: %v", next.Seq, last.Seq+6, err)
	}
}

// A new epoch begins with the time, so that those of which nothing is known come before.
func TestANewEpochBeginsWithTheTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	f.revoke(f.registered("alice").DID)
	if _, is, err := f.NewEpoch(t.Context()); err != nil || is.Seq != f.Clock.Now().UnixMilli() {
		t.Errorf("it begins with %d, %v", is.Seq, err)
	}
}

// A clock that went back is no reason to give out numbers twice.
func TestANewEpochWithAClockThatWentBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	var last int64
	for range 3 {
		_, is, err := f.NewEpoch(t.Context())
		if err != nil || is.Seq <= last {
			t.Errorf("from %d to %d: %v", last, is.Seq, err)
		}
		last = is.Seq
		f.Clock.Advance(-time.Hour)
	}
}

// What the operator decides is witnessed before it is told that it is done, and nothing
// else is: a backup of a moment before must not pass for the database.
func TestADecisionIsWitnessed(t *testing.T) {
	t.Parallel()
	w := &witness{}
	f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Witness = registrar.ModeOpen, w })
	d := f.registered("alice").DID
	for _, want := range []struct {
		revoked bool
		seq     int64 // 0 where nothing was decided
	}{{true, 1}, {true, 0}, {false, 2}, {true, 3}} {
		w.told = nil
		var err error
		if want.revoked {
			_, err = f.Revoke(t.Context(), d, "")
		} else {
			_, err = f.Restore(t.Context(), d, "")
		}
		_, head, also := f.Tombstones(t.Context(), 0, 0)
		if err != nil || also != nil {
			t.Fatal(err, also)
		}
		told := slices.Clone(w.told)
		if want.seq == 0 && len(told) != 0 || want.seq != 0 && (len(told) != 1 || told[0] != head || head.Seq != want.seq) {
			t.Errorf("revoked %v: witnessed %+v, the sequence stands at %+v", want.revoked, told, head)
		}
	}
}

// meanwhile does something after each look at a database, before what was seen is known.
type meanwhile struct {
	registrar.Store
	do func()
}

func (m *meanwhile) View(ctx context.Context, fn func(registrar.Reader) error) error {
	err := m.Store.View(ctx, fn)
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return err
}

// Who decides while the database is looked at is no sign that it went back.
func TestADecisionMeanwhileIsNoRestoration(t *testing.T) {
	t.Parallel()
	w := &witness{}
	var store *meanwhile
	f := newFixture(t, func(c *registrar.Config) {
		store = &meanwhile{Store: c.Store}
		c.Mode, c.Witness, c.Store = registrar.ModeOpen, w, store
	})
	d := f.registered("alice").DID
	store.do = func() {
		if _, err := f.Revoke(t.Context(), d, ""); err != nil {
			t.Error(err)
		}
	}
	if _, err := f.CheckEpoch(t.Context()); err != nil || len(w.back) != 0 || w.told == nil {
		t.Errorf("%v: it went back to %+v, decided was %+v", err, w.back, w.told)
	}
}

// A database that is not where it was seen, and does not come after that, is one that was
// restored. It gets a new epoch, whose numbers nobody had before.
func TestADatabaseThatWentBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		epoch string // "" is that of the database, which stands at 2
		seq   int64
		back  bool
	}{
		"never seen":                        {"never", -1, false},
		"seen where it is":                  {"", 2, false},
		"seen before":                       {"", 1, false},
		"seen further":                      {"", 3, true},
		"seen far further":                  {"", 9_000_000, true},
		"seen further than any clock goes":  {"", 4_000_000_000_000, true},
		"another, further than clocks go":   {"ANOTHER", 4_000_000_000_000, true},
		"another one":                       {"ANOTHER", 1, true},
		"one of a later epoch":              {"3.LATER", 1, true},
		"an epoch that nobody began so far": {"0.X", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &witness{}
			f := newFixture(t, func(c *registrar.Config) { c.Mode, c.Witness = registrar.ModeOpen, w })
			for _, name := range []string{"alice", "bob"} {
				if _, err := f.Revoke(t.Context(), f.registered(name).DID, ""); err != nil {
					t.Fatal(err)
				}
			}
			_, found, err := f.Tombstones(t.Context(), 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			seen := registrar.Head{Epoch: tt.epoch, Seq: tt.seq}
			switch {
			case tt.seq < 0:
				seen = registrar.Head{}
			case tt.epoch == "":
				seen.Epoch = found.Epoch
			}
			w.Keep(seen)
			at, err := f.CheckEpoch(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !tt.back {
				if at != found || w.Seen() != found || len(w.back) != 0 {
					t.Errorf("%+v, kept %+v, went back %v", at, w.Seen(), w.back)
				}
				return
			}
			if at.Epoch == found.Epoch || at.Epoch == seen.Epoch || at.Seq <= seen.Seq || at.Seq <= found.Seq || w.Seen() != at {
				t.Errorf("begun %+v, kept %+v", at, w.Seen())
			}
			if fmt.Sprint(w.back) != fmt.Sprint([]registrar.Head{seen, found, at}) {
				t.Errorf("told %+v", w.back)
			}
			if !strings.Contains(f.Logged.String(), "database_restored") {
				t.Errorf("the log says %s", f.Logged)
			}
			if again, err := f.CheckEpoch(t.Context()); err != nil || again != at {
				t.Errorf("looked at again: %+v, %v", again, err)
			}
		})
	}
}

// Of many replicas that see a restored database one begins an epoch, and none begins
// another because of that.
func TestReplicasOfARestoredDatabase(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	if _, err := f.Revoke(t.Context(), f.registered("alice").DID, ""); err != nil {
		t.Fatal(err)
	}
	_, found, err := f.Tombstones(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var all []*registrar.Registrar
	begun := make(chan registrar.Head, 8)
	for i := range cap(begun) {
		cfg := f.Config
		cfg.Witness = &witness{seen: registrar.Head{Epoch: found.Epoch, Seq: found.Seq + int64(i+1)}}
		r := f.Replica(cfg)
		all = append(all, r)
		wg.Go(func() {
			at, err := r.CheckEpoch(t.Context())
			if err != nil {
				t.Error(err)
			}
			begun <- at
		})
	}
	wg.Wait()
	first := <-begun
	for range cap(begun) - 1 {
		if at := <-begun; at != first {
			t.Errorf("one is at %+v, another at %+v", first, at)
		}
	}
	for _, r := range all {
		if at, err := r.CheckEpoch(t.Context()); err != nil || at != first {
			t.Errorf("later one is at %+v, %v, want %+v", at, err, first)
		}
	}
}

// backup is a database that can be replaced by another while it is used.
type backup struct {
	registrar.Store
	mu    sync.Mutex
	other registrar.Store
}

func (b *backup) now() registrar.Store {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.other != nil {
		return b.other
	}
	return b.Store
}

func (b *backup) View(ctx context.Context, fn func(registrar.Reader) error) error {
	return b.now().View(ctx, fn)
}

func (b *backup) Change(ctx context.Context, fn func(registrar.Tx) error) error {
	return b.now().Change(ctx, fn)
}

// A database that is replaced while it is followed is found within a poll, and those that
// follow are told.
func TestADatabaseThatGoesBackWhileItIsFollowed(t *testing.T) {
	var store *backup
	w := &witness{}
	inBubble(t, func(c *registrar.Config) {
		store = &backup{Store: c.Store}
		c.Store, c.Witness = store, w
	}, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob").DID
		f.revoke(bob)
		l := f.Listen(f.Registrar, alice, bob)
		was := l.Next()
		other := open(f) // an empty one
		began := time.Now()
		store.mu.Lock()
		store.other = other
		store.mu.Unlock()
		m := l.Await()
		if late := time.Since(began); m.End != revocation.EndEpoch || m.Epoch == was.Epoch || late > time.Second {
			f.Errorf("after %s the last is %+v", late, m)
		}
		l.Ended()
		synctest.Wait()
		if len(w.back) != 3 || w.back[2].Epoch != m.Epoch {
			f.Errorf("the witness was told %+v", w.back)
		}
	})
}
