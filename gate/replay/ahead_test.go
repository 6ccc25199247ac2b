package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// The instance: one request signed five minutes ahead, then a crash of the
// machine, and everybody was refused for six minutes.
func TestHostile175OneCallerAheadDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		time.Sleep(100 * time.Second)
		ahead := admit(t, s, "ahead", 1, window)
		honest := admit(t, s, "honest", 20)
		crashed := time.Now()
		s.crash()
		s = open(t, dir, Config{BootID: "two"})
		if until, recovering := s.Recovering(); !recovering || until.Sub(crashed) > 61*time.Second {
			t.Errorf("recovering %v until %v after the crash", recovering, until.Sub(crashed))
		}
		expectReplayed(t, "signed ahead", s, ahead)
		expectForgotten(t, s, honest, 61*time.Second)
		// The same caller with its clock set right, and still ahead.
		for _, offset := range []time.Duration{0, 200 * time.Second} {
			expect(t, "the caller", s.Use(t.Context(), ahead[0].owner, fmt.Sprint("new", offset), expiryOf(time.Now().Add(offset))), nil)
		}
		time.Sleep(window - time.Since(crashed))
		expectReplayed(t, "signed ahead, at that time", s, ahead)
	})
}

// What is on stable storage and was lost all the same leaves nothing to judge by.
func TestLostKeysAheadOfTheHorizon(t *testing.T) {
	for what, damage := range map[string]func(string) error{
		"removed": os.Remove,
		"empty":   func(p string) error { return os.Truncate(p, 0) },
		"changed": func(p string) error {
			b, err := os.ReadFile(p)
			if err == nil {
				b[headerSize+5] ^= 1
				err = os.WriteFile(p, b, fileMode)
			}
			return err
		},
	} {
		for _, boot := range []string{"one", "two"} {
			t.Run(what+" on boot "+boot, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dir := newDir(t, nil)
					s := open(t, dir, Config{BootID: "one"})
					all := admit(t, s, "k", 3, window, 0, window/2)
					s.crash()
					if err := damage(path(dir, s.current.aheadFile())); err != nil {
						t.Fatal(err)
					}
					s = open(t, dir, Config{BootID: boot})
					expectForgotten(t, s, all, window+time.Second)
				})
			})
		}
	}
}

// countedFile counts how often the disk is waited for.
type countedFile struct {
	safefile.File
	wait  chan struct{}
	syncs atomic.Int32
	err   error
}

func (f *countedFile) Write(p []byte) (int, error) { return len(p), nil }
func (f *countedFile) Close() error                { return nil }
func (f *countedFile) Sync() error {
	f.syncs.Add(1)
	<-f.wait
	return f.err
}

// A hundred callers ahead of the clock share two waits for the disk, and nobody
// is told before its own record is there.
func TestThoseWhoWaitForTheDiskShareIt(t *testing.T) {
	for _, fault := range []error{nil, errPower} {
		f := &countedFile{wait: make(chan struct{}), err: fault}
		log := newSyncLog(f, header{})
		var told, failed atomic.Int32
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				err := log.append(record{key: fingerprint{byte(i)}, signed: int64(i)})
				told.Add(1)
				if errors.Is(err, ErrUnavailable) && errors.Is(err, errPower) {
					failed.Add(1)
				}
			})
		}
		for deadline := time.Now().Add(time.Minute); log.writtenNow() < 100; {
			if time.Now().After(deadline) {
				t.Fatalf("%d of 100 have written", log.writtenNow())
			}
			time.Sleep(time.Millisecond)
		}
		if told.Load() != 0 {
			t.Errorf("%d were told before the disk had it", told.Load())
		}
		close(f.wait)
		wg.Wait()
		if n := f.syncs.Load(); n > 2 {
			t.Errorf("the disk was waited for %d times", n)
		}
		want := int32(0)
		if fault != nil {
			want = 100
		}
		if failed.Load() != want {
			t.Errorf("%d were told of a failure, want %d", failed.Load(), want)
		}
		if latest, _ := log.close(errRotated); latest != 99 {
			t.Errorf("latest %d", latest)
		}
		if err := log.append(record{}); fault == nil && !errors.Is(err, errRotated) {
			t.Errorf("after close: %v", err)
		}
	}
}

func (l *syncLog) writtenNow() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written
}

func TestSyncLogRefusesWhatCannotBeWritten(t *testing.T) {
	log := newSyncLog(shortFile{}, header{})
	expect(t, "a time that does not fit", log.append(record{signed: math.MaxInt32 + 1}), errTime)
	expect(t, "a short write", log.append(record{}), ErrUnavailable)
	expect(t, "after it", log.append(record{}), ErrUnavailable)
}

// Segments end while callers ahead of the clock are being admitted.
func TestRotationLosesNobodyAhead(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	s := open(t, dir, Config{Now: c.now, BootID: "one"})
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []admitted
	for worker := range 8 {
		wg.Go(func() {
			for i := range 50 {
				a := admitted{name(t, fmt.Sprint(worker)), fmt.Sprint("k", i), c.expiry().Add(200 * time.Second)}
				if err := s.Use(context.Background(), a.owner, a.key, a.expires); err != nil {
					t.Errorf("%d of %d: %v", i, worker, err)
					return
				}
				mu.Lock()
				all = append(all, a)
				mu.Unlock()
			}
		})
	}
	for range 20 {
		s.mu.Lock()
		expect(t, "rotation", s.renew(c.now().Unix(), true), nil)
		s.mu.Unlock()
	}
	wg.Wait()
	s.crash()
	s = open(t, dir, Config{Now: c.now, BootID: "two"})
	for _, a := range all {
		expect(t, a.key, a.again(s), gate.ErrReplayed)
	}
}

// A clock that was a day ahead leaves a horizon that is: a stop ends that.
func TestHostile175AStopForgetsAWrongClock(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	s := open(t, dir, Config{Now: c.now, BootID: "one"})
	all := admit(t, s, "right", 20, 0, window)
	c.step(24 * time.Hour)
	s.tick()
	all = append(all, admit(t, s, "ahead", 20, 0, window)...)
	c.step(-24 * time.Hour)
	s.Close()
	for _, boot := range []string{"one", "two", "three"} {
		started := c.now()
		s = open(t, dir, Config{Now: c.now, BootID: boot})
		until, recovering := s.Recovering()
		if wait := until.Sub(started); recovering && (wait > 61*time.Second || boot == "one" && wait > time.Second) {
			t.Errorf("boot %s: recovering for %v", boot, wait)
		}
		for _, a := range all {
			if a.again(s) == nil {
				t.Errorf("boot %s: %s was admitted again", boot, a.key)
			}
		}
		s.crash()
		c.step(10 * time.Second)
	}
}
