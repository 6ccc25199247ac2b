package replay

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// copyTo copies a directory as a backup does: modes and times are kept.
func copyTo(t *testing.T, from *safefile.Dir, to string) *safefile.Dir {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", from.Path(), to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return openDir(t, to, nil)
}

// A copy may be older than what its original admitted: nothing that was signed
// before the start opens the door, what the copy knows least of all, and that
// is over within ten seconds, whatever anybody had signed.
func TestACopyIsRecognised(t *testing.T) {
	for what, tt := range map[string]struct {
		end  func(*Store) // of the original, before it was copied; nil: it runs on
		boot string       // of the machine on which the copy is started
	}{
		"stopped, the same machine": {func(s *Store) { s.Close() }, "one"},
		"stopped, another machine":  {func(s *Store) { s.Close() }, "two"},
		"killed, the same machine":  {(*Store).crash, "one"},
		"running":                   {nil, "one"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := newDir(t, nil)
				s := open(t, dir, Config{BootID: "one"})
				before := admit(t, s, "before", 20)
				ahead := admit(t, s, "ahead", 20, 20*time.Second, window)
				if tt.end != nil {
					tt.end(s)
				}
				restored := copyTo(t, dir, filepath.Join(t.TempDir(), "copy"))
				if tt.end != nil {
					s = open(t, dir, Config{BootID: "one"})
					if _, recovering := s.Recovering(); recovering {
						t.Error("the original does not know its own files")
					}
				}
				after := admit(t, s, "after", 20)
				s.Close()
				s, err := Open(restored, sized(Config{BootID: tt.boot}))
				if err != nil {
					t.Fatal(err)
				}
				expectReplayed(t, "ahead", s, ahead)
				expectForgotten(t, s, append(before, after...), 10*time.Second)
				expectReplayed(t, "ahead, later", s, ahead)
				s.crash() // and the new memory is one of its own
				if s, err = Open(restored, sized(Config{BootID: tt.boot})); err != nil {
					t.Fatal(err)
				}
				if _, recovering := s.Recovering(); recovering {
					t.Error("recovering again")
				}
				expectReplayed(t, "ahead, after another start", s, ahead)
				s.Close()
			})
		})
	}
}

// A copy of a machine that crashed is not complete either: the horizon counts.
func TestACopyOfACrashedMachineWaitsForTheHorizon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		all := admit(t, s, "k", 20, 0, 30*time.Second)
		s.crash()
		s, err := Open(copyTo(t, dir, filepath.Join(t.TempDir(), "copy")), sized(Config{BootID: "two"}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		expectForgotten(t, s, all, (horizonAhead+1)*time.Second)
	})
}

// Files of before that are put back in place have the marks of now.
func TestAnEarlierStateInPlaceIsRecognised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		admit(t, s, "before", 20)
		s.Close()
		state, err := os.ReadFile(path(dir, stateFile))
		if err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, Config{BootID: "one"})
		all := admit(t, s, "after", 20)
		s.Close()
		if err := os.WriteFile(path(dir, stateFile), state, fileMode); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, Config{BootID: "one"})
		expectForgotten(t, s, all, (horizonAhead+1)*time.Second)
	})
}

// A state of before that never was read again: it is recognised by what was written
// after it, on another boot too.
func TestAnEarlierStateIsRecognisedAfterABoot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		admit(t, s, "before", 20)
		s.Close()
		state, err := os.ReadFile(path(dir, stateFile))
		if err != nil {
			t.Fatal(err)
		}
		for boot := range 3 {
			s = open(t, dir, Config{BootID: fmt.Sprint(boot)})
			admit(t, s, fmt.Sprint("after", boot), 20)
			s.Close()
		}
		if err := os.WriteFile(path(dir, stateFile), state, fileMode); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, Config{BootID: "last"})
		if _, recovering := s.Recovering(); !recovering {
			t.Error("what was admitted since is taken for all there is")
		}
	})
}

// A directory that another program served is no lost memory, unless there is
// a trace of one.
func TestADirectoryOfAnotherProgram(t *testing.T) {
	for what, tt := range map[string]struct {
		plant  string
		within time.Duration
	}{
		"nothing of ours":        {"", 10 * time.Second},
		"a segment of ours":      {"7-1", window + time.Second},
		"a state that is broken": {stateFile, window + time.Second},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := newDir(t, nil)
				if tt.plant != "" {
					sub, err := dir.Subdir(DirName)
					if err != nil {
						t.Fatal(err)
					}
					if err := sub.WriteFile(tt.plant, []byte("?"), fileMode); err != nil {
						t.Fatal(err)
					}
				}
				s, err := Open(dir, sized(Config{BootID: "one", Foreign: true}))
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				until, _ := s.Recovering()
				if least := tt.within - 2*time.Second; time.Until(until) < least {
					t.Errorf("recovering for %v, want at least %v", time.Until(until), least)
				}
				var signed []admitted
				for i := range 3 {
					signed = append(signed, admitted{name(t, "a"), fmt.Sprint(i), expiryOf(time.Now().Add(-time.Duration(i) * time.Second))})
				}
				expectForgotten(t, s, signed, tt.within)
			})
		})
	}
}

// A state of the version before is continued, and written anew.
func TestAStateOfVersionOneIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := newDir(t, nil)
		s := open(t, dir, Config{BootID: "one"})
		all := admit(t, s, "k", 20)
		s.crash()
		st, err := readState(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Appendf(nil, `{"version":1,"boot":"one","complete":%d,"horizon":%d,"segments":[{"id":%d,"journals":%d}]}`,
			st.Complete, st.Horizon, st.Segments[0].ID, st.Segments[0].Journals)
		if err := s.dir.WriteFile(stateFile, seal(line), fileMode); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			s = open(t, dir, Config{BootID: "one"})
			if _, recovering := s.Recovering(); recovering {
				t.Fatal("recovering")
			}
			expectReplayed(t, "version 1", s, all)
			s.crash()
		}
		if st, err = readState(s.dir); err != nil || st.Version != stateVersion {
			t.Errorf("%+v, %v", st, err)
		}
	})
}
