package daemon

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar"
)

// witnessIn is the witness of a directory, as a start opens it.
func witnessIn(t *testing.T, path string) (*witness, *bytes.Buffer, error) {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	d := &Daemon{ready: admin.NewReadiness(boot.Server, ""), log: slog.New(slog.NewTextHandler(&logged, nil)), opts: Options{Metrics: prometheus.NewRegistry()}}
	w, err := d.witnessIn(dir)
	return w, &logged, err
}

func (w *witness) wantWarning(t *testing.T, want ...string) {
	t.Helper()
	if got := w.ready.Warnings(); !slices.Equal(got, want) {
		t.Errorf("/readyz warns %q, want %q", got, want)
	}
	if got := w.restored(); (got == 1) != (len(want) > 0) {
		t.Errorf("the metric is %v", got)
	}
}

// What was seen outlives the process, and so does the warning, until the operator begins
// an epoch. It is not written more often than once a second.
func TestWhatWasSeenIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registrar")
	synctest.Test(t, func(t *testing.T) {
		w, _, err := witnessIn(t, path)
		if err != nil {
			t.Fatal(err)
		}
		if w.Seen() != (registrar.Head{}) {
			t.Errorf("nothing was seen, and it is %+v", w.Seen())
		}
		w.wantWarning(t)
		stored := func() string {
			data, err := os.ReadFile(filepath.Join(path, epochFile))
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		w.Keep(registrar.Head{Epoch: "E", Seq: 1})
		first := stored()
		w.Keep(registrar.Head{Epoch: "E", Seq: 2})
		if stored() != first || w.Seen().Seq != 2 {
			t.Errorf("written again at once: %s", stored())
		}
		time.Sleep(epochEvery)
		w.Keep(registrar.Head{Epoch: "E", Seq: 2})
		if !strings.Contains(stored(), `"seq":2`) {
			t.Errorf("never written: %s", stored())
		}
		w.Decided(registrar.Head{Epoch: "E", Seq: 4})
		if !strings.Contains(stored(), `"seq":4`) {
			t.Errorf("a decision is not written at once: %s", stored())
		}
		w.Keep(registrar.Head{Epoch: "E", Seq: 3}) // looked at before, and told later
		w.Decided(registrar.Head{Epoch: "E", Seq: 3})
		w.Decided(registrar.Head{Epoch: "OTHER", Seq: 9})
		if w.Seen() != (registrar.Head{Epoch: "E", Seq: 4}) {
			t.Errorf("it went back to %+v by itself", w.Seen())
		}
		w.Keep(registrar.Head{Epoch: "E", Seq: 5})
		if err := w.close(); err != nil || !strings.Contains(stored(), `"seq":5`) {
			t.Errorf("not written with the stop: %s, %v", stored(), err)
		}

		w, _, err = witnessIn(t, path)
		if err != nil || w.Seen() != (registrar.Head{Epoch: "E", Seq: 5}) {
			t.Fatalf("after a restart it is %+v, %v", w.Seen(), err)
		}
		begun := registrar.Head{Epoch: "1.F", Seq: 1_000_003}
		w.WentBack(w.Seen(), registrar.Head{}, begun)
		w.wantWarning(t, databaseRestored)
		w.Keep(registrar.Head{Epoch: "1.F", Seq: 1_000_004})
		w, _, err = witnessIn(t, path)
		if err != nil || w.Seen().Epoch != "1.F" {
			t.Fatalf("%+v, %v", w.Seen(), err)
		}
		w.wantWarning(t, databaseRestored)
		w.Began(registrar.Head{Epoch: "2.G", Seq: 2_000_004})
		w.wantWarning(t)
		w, _, err = witnessIn(t, path)
		if err != nil {
			t.Fatal(err)
		}
		w.wantWarning(t)
	})
}

func TestAFileThatSaysNothing(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "no JSON": "{", "no epoch": `{"seq":1}`, "a number that is none": `{"epoch":"E","seq":-1}`} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "registrar")
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(path, epochFile), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := witnessIn(t, path); !errors.Is(err, errEpochFile) {
				t.Errorf("%v, want errEpochFile", err)
			}
		})
	}
}

// A disk that takes nothing is no reason to stop, and is told once.
func TestADiskThatTakesNothing(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("as root, a directory in the file's place stands for the disk")
	}
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "registrar")
		w, logged, err := witnessIn(t, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(path, epochFile), 0o700); err != nil {
			t.Fatal(err)
		}
		for seq := range int64(3) {
			w.Keep(registrar.Head{Epoch: "E", Seq: seq})
			time.Sleep(epochEvery)
		}
		if n := strings.Count(logged.String(), "cannot store how far"); n != 1 || w.Seen().Seq != 2 {
			t.Errorf("told %d times, seen %+v\n%s", n, w.Seen(), logged)
		}
		if err := os.Remove(filepath.Join(path, epochFile)); err != nil {
			t.Fatal(err)
		}
		w.Keep(registrar.Head{Epoch: "E", Seq: 3})
		if w.stored.Seq != 3 || w.failed {
			t.Errorf("it is not tried again: %+v", w.stored)
		}
	})
}
