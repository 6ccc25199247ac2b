package agent

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth/oidc"
)

// file is a file whose next content is good or broken.
type file struct {
	mu    sync.Mutex
	err   error
	reads int
}

func (f *file) reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	return f.err
}

func (f *file) become(err error) (reads int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
	return f.reads
}

func newIdle(t *testing.T, log *slog.Logger) *Agent {
	t.Helper()
	a, err := New(Options{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFollowedFileReportsAFaultOnceAndItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a := newIdle(t, slog.New(slog.NewTextHandler(&log, nil)))
		f := &file{}
		a.follow(&followed{what: componentPolicy, path: "rules.yaml", reload: f.reload})
		step := func(err error, faults, repairs int, warned bool) {
			t.Helper()
			f.become(err)
			time.Sleep(3*followInterval + time.Millisecond)
			synctest.Wait()
			if got := strings.Count(log.String(), "level=ERROR"); got != faults {
				t.Errorf("after %v: reported %d times, want %d", err, got, faults)
			}
			if got := strings.Count(log.String(), "in force again"); got != repairs {
				t.Errorf("after %v: %d repairs, want %d", err, got, repairs)
			}
			if got := slices.Contains(a.ready.warned(), "policy_stale"); got != warned {
				t.Errorf("after %v: warned %v", err, got)
			}
		}
		step(nil, 0, 0, false)
		step(errors.New("line 3"), 1, 0, true)
		step(errors.New("line 4"), 2, 0, true)
		step(nil, 2, 1, false)
		before := f.become(nil)
		a.Reload()
		if f.become(nil) != before+1 {
			t.Error("Reload does not read")
		}
		if err := a.stop(time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * followInterval)
		if f.become(nil) != before+1 {
			t.Error("read after the agent stopped")
		}
	})
}

func TestReloadBeforeBootDoesNothing(t *testing.T) {
	a := newIdle(t, nil)
	a.Reload()
	if err := a.stop(time.Second); err != nil {
		t.Fatal(err)
	}
}

func TestIssuersTakeTheAgentOutOfServiceOnlyTogether(t *testing.T) {
	up, down := oidc.Status{}, oidc.Status{Err: context.DeadlineExceeded}
	for _, tt := range []struct {
		issuers         []oidc.Status
		reason, warning string
	}{
		{[]oidc.Status{up}, "", ""},
		{[]oidc.Status{up, down}, "", "issuer_unavailable"},
		{[]oidc.Status{down, down}, "issuer_unavailable", ""},
	} {
		ready := newReadiness()
		ready.set(boot.Server, "")
		ready.watch(func() (string, string) { return issuersReason(tt.issuers) })
		if got := strings.Join(ready.why(), ","); got != tt.reason {
			t.Errorf("%v: reasons %q, want %q", tt.issuers, got, tt.reason)
		}
		if got := strings.Join(ready.warned(), ","); got != tt.warning {
			t.Errorf("%v: warnings %q, want %q", tt.issuers, got, tt.warning)
		}
	}
}
