package replay

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// expectForgotten: nothing of all is admitted again, now or until it expires,
// and what is signed after the store's own announcement is.
func expectForgotten(t *testing.T, s *Store, all []admitted, within time.Duration) {
	t.Helper()
	until, recovering := s.Recovering()
	if !recovering {
		t.Fatal("not recovering")
	}
	if wait := time.Until(until); wait > within {
		t.Errorf("recovering for %v, want at most %v", wait, within)
	}
	for _, a := range all {
		expectRecovering(t, a.key, a.again(s))
	}
	var e *gate.RecoveringError
	if !errors.As(s.Use(t.Context(), name(t, "a"), "new", expiryOf(time.Now())), &e) {
		t.Fatal("a request signed now is not refused")
	}
	time.Sleep(e.Wait)
	if _, recovering := s.Recovering(); recovering {
		t.Error("still recovering after the time it said")
	}
	expect(t, "signed later", s.Use(t.Context(), name(t, "a"), "later", expiryOf(time.Now())), nil)
	for _, a := range all {
		if err := a.again(s); err == nil {
			t.Errorf("%s was admitted twice", a.key)
		}
	}
}

func TestHostile080LossOfPower(t *testing.T) {
	damages := map[string]func(t *testing.T, dir *safefile.Dir){
		"everything was written": func(*testing.T, *safefile.Dir) {},
		"nothing was written":    func(t *testing.T, dir *safefile.Dir) { eachFile(t, dir, os.Remove) },
		"files are empty": func(t *testing.T, dir *safefile.Dir) {
			eachFile(t, dir, func(p string) error { return os.Truncate(p, 0) })
		},
		"files have only a header": func(t *testing.T, dir *safefile.Dir) {
			eachFile(t, dir, func(p string) error { return os.Truncate(p, headerSize) })
		},
	}
	for what, damage := range damages {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := newDir(t, nil)
				s := open(t, dir, Config{BootID: "one"})
				time.Sleep(1000 * time.Second)
				all := admit(t, s, "k", 50, 0, -200*time.Second)
				s.crash()
				damage(t, dir)
				s = open(t, dir, Config{BootID: "two"})
				expectForgotten(t, s, all, horizonAhead*time.Second+time.Second)
			})
		})
	}
}

func eachFile(t *testing.T, dir *safefile.Dir, do func(path string) error) {
	t.Helper()
	all, _ := files(t, dir)
	for _, f := range all {
		if err := do(path(dir, f)); err != nil {
			t.Fatal(err)
		}
	}
}

// What is known only for this run of the kernel must not become known by
// another restart, and what was known after a loss is known after the next.
func TestRecoveryOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		all := admit(t, s, "k", 50)
		late := admit(t, s, "late", 50, window, window/2)
		s.crash()
		for _, boot := range []string{"two", "two", "three", "three"} {
			s = open(t, dir, Config{BootID: boot})
			for _, a := range all {
				expectRecovering(t, a.key, a.again(s))
			}
			expectReplayed(t, boot, s, late)
			time.Sleep(5 * time.Second)
			s.crash()
		}
		s = open(t, dir, Config{BootID: "four"})
		expectForgotten(t, s, all, (horizonAhead+1)*time.Second)
		expectReplayed(t, "after the recovery", s, late)
		s.Close()
		s = open(t, dir, Config{BootID: "five"})
		expectReplayed(t, "after a stop", s, late)
	})
}

// Where the kernel's run has no name every start may follow a loss of power.
func TestRunWithoutAName(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	s := open(t, dir, Config{Now: c.now})
	s.boot = ""
	expect(t, "a state without a name", s.renew(c.now().Unix(), true), nil)
	admit(t, s, "k", 5)
	s.crash()
	st, err := readState(s.dir)
	if err != nil || st.Boot != "" {
		t.Fatalf("state %+v, %v", st, err)
	}
	again := newStore(s.dir, sized(Config{Now: c.now}))
	again.boot = ""
	if err := again.recall(c.now(), nil, Config{}); err != nil {
		t.Fatal(err)
	}
	if again.complete != st.Horizon || len(again.closed) != 0 {
		t.Errorf("complete up to %d with %d segments, want %d and none", again.complete, len(again.closed), st.Horizon)
	}
}

// A machine that is switched off after a proper stop: everything is known.
func TestHostile175StoppedBeforeTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		time.Sleep(1000 * time.Second)
		var all []admitted
		for i := range 5 { // over several segments, the last of another process
			all = append(all, admit(t, s, fmt.Sprint("k", i), 50, 0, window, -17*time.Second)...)
			time.Sleep(50 * time.Second)
			if i == 3 {
				s.crash()
				s = open(t, dir, Config{BootID: "one"})
			}
		}
		s.Close()
		s = open(t, dir, Config{BootID: "two"})
		if until, recovering := s.Recovering(); recovering {
			t.Errorf("recovering until %v", until)
		}
		for _, a := range all {
			if a.expires.After(time.Now()) {
				expect(t, a.key, a.again(s), gate.ErrReplayed)
			}
		}
		expect(t, "signed now", s.Use(t.Context(), name(t, "a"), "new", expiryOf(time.Now())), nil)
		s.crash() // nothing of the last run is known now, all of those before is
		s = open(t, dir, Config{BootID: "three"})
		for _, a := range all {
			if err := a.again(s); err == nil {
				t.Errorf("%s was admitted twice", a.key)
			}
		}
	})
}

// The promise on which recovery rests: the horizon is never more than a minute
// ahead of the clock, and what is signed after it is on stable storage.
func TestNothingIsAdmittedBeyondTheHorizon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := newPower()
		dir := newDir(t, disk)
		s := open(t, dir, Config{})
		for i := range 20 {
			ahead := time.Duration(i) * window / 19
			a := admit(t, s, fmt.Sprint("k", i), 1, ahead)[0]
			st, err := readState(s.dir)
			if err != nil {
				t.Fatal(err)
			}
			if st.Horizon > time.Now().Unix()+horizonAhead {
				t.Errorf("signed %v ahead: the horizon is %d s ahead", ahead, st.Horizon-time.Now().Unix())
			}
			r := record{signed: a.expires.Unix() - s.lifetime}
			r.owner, r.key = identify(a.owner, a.key)
			if r.signed > st.Horizon && !disk.knows(t, s.dir, st, r) {
				t.Errorf("signed %v ahead: admitted beyond the horizon and not on stable storage", ahead)
			}
			time.Sleep(window + 11*time.Second)
			synctest.Wait()
			if st, err = readState(s.dir); err != nil || st.Horizon < time.Now().Unix()+horizonAhead/2 {
				t.Fatalf("the horizon is %d s ahead, %v", st.Horizon-time.Now().Unix(), err)
			}
		}
	})
}

func TestHostile080DamagedMemory(t *testing.T) {
	flip := func(at int64) func(string) error {
		return func(p string) error {
			b, err := os.ReadFile(p)
			if err == nil && int64(len(b)) > at {
				b[at] ^= 4
				err = os.WriteFile(p, b, 0o600)
			}
			return err
		}
	}
	horizon, whole := (horizonAhead+1)*time.Second, window+time.Second
	tests := map[string]struct {
		damage func(t *testing.T, dir *safefile.Dir, filled []string) error
		within time.Duration
	}{
		"a file is missing": {func(_ *testing.T, dir *safefile.Dir, f []string) error { return os.Remove(path(dir, f[0])) }, horizon},
		"an empty file is missing": {func(_ *testing.T, dir *safefile.Dir, f []string) error {
			return os.Remove(path(dir, emptyFile(t, dir)))
		}, horizon},
		"a file is empty": {func(_ *testing.T, dir *safefile.Dir, f []string) error { return os.Truncate(path(dir, f[0]), 0) }, horizon},
		"a header is torn": {func(_ *testing.T, dir *safefile.Dir, f []string) error {
			return os.Truncate(path(dir, f[0]), headerSize-1)
		}, horizon},
		"a bit of a header": {func(_ *testing.T, dir *safefile.Dir, f []string) error { return flip(9)(path(dir, f[0])) }, horizon},
		"a bit of a record": {func(_ *testing.T, dir *safefile.Dir, f []string) error { return flip(headerSize + 3)(path(dir, f[0])) }, horizon},
		"a bit of the time": {func(_ *testing.T, dir *safefile.Dir, f []string) error { return flip(headerSize + 25)(path(dir, f[0])) }, horizon},
		"zeros at the end": {func(t *testing.T, dir *safefile.Dir, f []string) error {
			appendTo(t, path(dir, f[0]), make([]byte, 4096))
			return nil
		}, horizon},
		"two files are exchanged": {func(_ *testing.T, dir *safefile.Dir, f []string) error {
			return exchange(path(dir, f[0]), path(dir, f[1]))
		}, horizon},
		"no state":           {func(_ *testing.T, dir *safefile.Dir, _ []string) error { return os.Remove(path(dir, stateFile)) }, whole},
		"no file at all":     {func(_ *testing.T, dir *safefile.Dir, _ []string) error { return os.RemoveAll(path(dir, "")) }, whole},
		"empty state":        {func(_ *testing.T, dir *safefile.Dir, _ []string) error { return os.Truncate(path(dir, stateFile), 0) }, whole},
		"half a state":       {func(_ *testing.T, dir *safefile.Dir, _ []string) error { return os.Truncate(path(dir, stateFile), 20) }, whole},
		"a bit of the state": {func(_ *testing.T, dir *safefile.Dir, _ []string) error { return flip(11)(path(dir, stateFile)) }, whole},
		"state of a gigabyte": {func(_ *testing.T, dir *safefile.Dir, _ []string) error {
			return os.Truncate(path(dir, stateFile), 1<<30)
		}, whole},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := newDir(t, nil)
				if err := dir.WriteFile("identity.json", nil, 0o644); err != nil {
					t.Fatal(err)
				}
				s, err := Open(dir, sized(Config{Fresh: true, BootID: "this boot"}))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(1000 * time.Second)
				all := admit(t, s, "k", 3)
				s.crash()
				_, filled := files(t, dir)
				if err := tt.damage(t, dir, filled); err != nil {
					t.Fatal(err)
				}
				s = open(t, dir, Config{})
				expectForgotten(t, s, all, tt.within)
			})
		})
	}
}

func emptyFile(t *testing.T, dir *safefile.Dir) string {
	t.Helper()
	all, filled := files(t, dir)
	for _, f := range all {
		empty := true
		for _, g := range filled {
			empty = empty && f != g
		}
		if empty {
			return f
		}
	}
	t.Fatal("every file has records")
	return ""
}

func exchange(a, b string) error {
	return errors.Join(os.Rename(a, a+".x"), os.Rename(b, a), os.Rename(a+".x", b))
}

func TestHostile133And134UnsafeFiles(t *testing.T) {
	plant := map[string]func(p string) error{
		"symlink": func(p string) error { return errors.Join(os.Rename(p, p+".x"), os.Symlink(p+".x", p)) },
		"link":    func(p string) error { return os.Link(p, p+".x") },
		"mode":    func(p string) error { return os.Chmod(p, 0o644) },
		"dir":     func(p string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) },
	}
	for what, do := range plant {
		for _, target := range []string{"state", "segment"} {
			t.Run(target+" "+what, func(t *testing.T) {
				dir, c := newDir(t, nil), newClock()
				s := open(t, dir, Config{Now: c.now})
				admit(t, s, "k", 1)
				s.Close()
				_, filled := files(t, dir)
				p := path(dir, stateFile)
				if target == "segment" {
					p = path(dir, filled[0])
				}
				if err := do(p); err != nil {
					t.Fatal(err)
				}
				s, err := Open(dir, sized(Config{Now: c.now, BootID: "this boot"}))
				if !errors.Is(err, safefile.ErrUnsafePath) && !errors.Is(err, safefile.ErrInsecurePermissions) {
					t.Fatalf("%v, %v", s, err)
				}
			})
		}
	}
	t.Run("directory mode", func(t *testing.T) {
		dir := newDir(t, nil)
		open(t, dir, Config{}).Close()
		if err := os.Chmod(path(dir, ""), 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, sized(Config{})); !errors.Is(err, safefile.ErrInsecurePermissions) {
			t.Fatal(err)
		}
	})
	t.Run("a link where the next segment goes", func(t *testing.T) {
		dir := newDir(t, nil)
		open(t, dir, Config{}).Close()
		if err := os.Symlink(t.TempDir(), path(dir, "2-0")); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, sized(Config{})); !errors.Is(err, safefile.ErrUnsafePath) {
			t.Fatal(err)
		}
	})
}

// What was forgotten under a narrow window must not be admitted under a wide one.
func TestWindowIsWidened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		narrow, wide := 20*time.Second, window
		s := open(t, dir, Config{Window: narrow})
		signed := time.Now()
		use := func(w time.Duration, key string, signed time.Time) error {
			return s.Use(t.Context(), name(t, "a"), key, signed.Add(w+time.Second))
		}
		expect(t, "first", use(narrow, "k", signed), nil)
		time.Sleep(100 * time.Second)
		expect(t, "expired", use(narrow, "k", signed), gate.ErrStale)
		second := time.Now()
		expect(t, "second", use(narrow, "l", second), nil)
		s.crash()
		s = open(t, dir, Config{Window: wide})
		if err := use(wide, "k", signed); err == nil {
			t.Error("the forgotten one was admitted again")
		}
		expect(t, "the remembered one", use(wide, "l", second), gate.ErrReplayed)
		expect(t, "a new one", use(wide, "m", time.Now()), nil)
	})
}

// A clock that was a day ahead, also across a restart, neither admits twice
// nor shuts the right time out.
func TestClockSetBackAcrossARestart(t *testing.T) {
	for _, restart := range []string{"never", "while ahead", "when right"} {
		t.Run("restart "+restart, func(t *testing.T) {
			dir, c := newDir(t, nil), newClock()
			s := open(t, dir, Config{Now: c.now})
			all := admit(t, s, "k", 20)
			c.step(24 * time.Hour)
			if restart == "while ahead" {
				s.crash()
				s = open(t, dir, Config{Now: c.now})
			}
			s.tick()
			admit(t, s, "ahead", 20)
			c.step(-24 * time.Hour)
			if restart == "when right" {
				s.crash()
				s = open(t, dir, Config{Now: c.now})
			}
			for _, a := range all {
				if a.again(s) == nil {
					t.Errorf("%s was admitted again", a.key)
				}
			}
			c.step(window + slotSeconds*time.Second)
			expect(t, "later", s.Use(t.Context(), name(t, "a"), "new", c.expiry()), nil)
		})
	}
}

func TestFreshOnlyWhereNothingCanBeKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s, err := Open(dir, sized(Config{BootID: "b"}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		until, recovering := s.Recovering()
		if !recovering || time.Until(until) != window+time.Second {
			t.Errorf("recovering %v until %v", recovering, until)
		}
	})
	t.Run("a state is believed, fresh or not", func(t *testing.T) {
		dir, c := newDir(t, nil), newClock()
		s := open(t, dir, Config{Now: c.now})
		all := admit(t, s, "k", 5)
		s.crash()
		s, err := Open(dir, sized(Config{Now: c.now, BootID: "this boot", Fresh: true}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		expectReplayed(t, "fresh", s, all)
	})
}

func FuzzReadJournal(f *testing.F) {
	h := header{segment: 3, journal: 1, base: 1_800_000_000}
	b := h.encode()
	var rec [recordSize]byte
	record{key: fingerprint{1}, owner: 2, signed: h.base + 5}.encode(&rec, h.base, h.seed())
	f.Add(b[:])
	f.Add(append(b[:], rec[:]...))
	f.Add(append(append(b[:], rec[:]...), rec[:9]...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var records []record
		err := readJournal(bytes.NewReader(data), 3, 1, func(r record) { records = append(records, r) })
		if err != nil {
			return
		}
		// Whatever is accepted is what append would have written.
		base := int64(binary.LittleEndian.Uint64(data[20:]))
		h := header{segment: 3, journal: 1, base: base}
		again := h.encode()
		out := again[:]
		for _, r := range records {
			var b [recordSize]byte
			if !r.encode(&b, base, h.seed()) {
				t.Fatalf("record %+v cannot be encoded", r)
			}
			out = append(out, b[:]...)
		}
		if string(out) != string(data[:len(out)]) || len(data)-len(out) >= recordSize {
			t.Fatalf("read %d records of %d bytes differently", len(records), len(data))
		}
	})
}

func TestStatesThatMeanNothing(t *testing.T) {
	for what, line := range map[string]string{
		"another version":       `{"version":3,"boot":"b","complete":7,"horizon":60,"segments":[]}`,
		"no version":            `{"boot":"b","complete":7,"horizon":60,"segments":[]}`,
		"unknown member":        `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[],"x":1}`,
		"a member twice":        `{"version":1,"version":1,"boot":"b","complete":7,"horizon":60,"segments":[]}`,
		"horizon in the past":   `{"version":1,"boot":"b","complete":61,"horizon":60,"segments":[]}`,
		"a segment twice":       `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4},{"id":1,"journals":4}]}`,
		"segment zero":          `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":0,"journals":4}]}`,
		"segment without files": `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":0}]}`,
		"segment of a million":  `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":1000000}]}`,
		"trailing data":         `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[]} x`,
		"no mark":               `{"version":2,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4}]}`,
		"a mark in version 1":   `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4,"mark":"m"}]}`,
		"synced in version 1":   `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4,"synced":true}]}`,
		"ahead in version 1":    `{"version":1,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4,"ahead":true}]}`,
		"nothing":               ``,
	} {
		if st, err := parseState(seal([]byte(line))); !errors.Is(err, errState) {
			t.Errorf("%s: %+v, %v", what, st, err)
		}
	}
}

func TestEveryBitOfTheStateCounts(t *testing.T) {
	good := seal([]byte(`{"version":2,"boot":"b","complete":7,"horizon":60,"segments":[{"id":1,"journals":4,"ahead":true,"synced":true,"mark":"m"}]}`))
	if _, err := parseState(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if st, err := parseState(bad); err == nil {
				t.Errorf("bit %d of byte %d: %+v", bit, i, st)
			}
		}
		if _, err := parseState(good[:i]); err == nil {
			t.Errorf("the first %d bytes are accepted", i)
		}
	}
}

func FuzzParseState(f *testing.F) {
	f.Add([]byte(`{"version":1,"boot":"b","complete":0,"horizon":60,"segments":[{"id":1,"journals":8}]}`))
	f.Add([]byte(`{"version":1,"boot":"","complete":5,"horizon":4,"segments":[]}`))
	f.Add([]byte(`{"version":1,"segments":[{"id":2,"journals":8},{"id":2,"journals":8}]}`))
	f.Add([]byte(`{"version":2,"boot":"b","complete":0,"horizon":60,"segments":[{"id":1,"journals":4,"ahead":true,"synced":true,"mark":"born 1.2"}]}`))
	f.Add([]byte(`{"version":3}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if st, err := parseState(data); err == nil && !bytes.Equal(data, seal(data[:bytes.IndexByte(data, '\n')])) {
			t.Fatalf("%+v without a checksum", st)
		}
		st, err := parseState(seal(data))
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, ref := range st.Segments {
			for _, name := range ref.files() {
				if seen[name] || !isSegmentFile(name) {
					t.Fatalf("file %q", name)
				}
				seen[name] = true
			}
		}
		if st.Horizon < st.Complete {
			t.Fatalf("%+v", st)
		}
	})
}
