package agent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// fullDisk is a store that takes nothing as long as it is full.
type fullDisk struct {
	task.Store
	full atomic.Bool
}

func (d *fullDisk) err() error {
	if d.full.Load() {
		return task.ErrStorage
	}
	return nil
}

func (d *fullDisk) Submit(context.Context, task.Submission) (task.Submitted, error) {
	return task.Submitted{}, d.err()
}

func (d *fullDisk) Hold(context.Context, string, time.Duration) error { return nil }

func (d *fullDisk) Release(context.Context, string) error { return nil }

func (d *fullDisk) TakeLost(context.Context, task.Recovery, string, time.Time) (task.Taken, error) {
	return task.Taken{}, nil
}

func (d *fullDisk) FailLost(context.Context, task.Recovery) ([]task.Lost, error) { return nil, nil }

func (d *fullDisk) Probe(context.Context) error { return d.err() }

// TestReadyzTellsThatTasksCannotBeStored follows a full disk from the first
// refused message to the time after it: /readyz, the metric, and nothing asked.
func TestReadyzTellsThatTasksCannotBeStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		service, err := task.NewService(tasktest.Sized(task.Config{Store: disk, Executor: backend.Echo{}}))
		if err != nil {
			t.Fatal(err)
		}
		defer service.Close(context.Background())
		ready, metrics := newReadiness(), prometheus.NewRegistry()
		ready.set(boot.Server, "")
		if err := watchTaskStorage(service, ready, metrics); err != nil {
			t.Fatal(err)
		}
		port, err := admin.Port(admin.Config{Hosts: []string{"example.com"}, Readiness: ready.Readiness, Metrics: metrics})
		if err != nil {
			t.Fatal(err)
		}
		check := func(status int, metric string) {
			t.Helper()
			w := httptest.NewRecorder()
			port.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			if w.Code != status || (status != 200) != strings.Contains(w.Body.String(), `"reasons":["storage_unavailable"]`) {
				t.Errorf("/readyz %d %s", w.Code, w.Body)
			}
			w = httptest.NewRecorder()
			port.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			if !strings.Contains(w.Body.String(), `agent_storage_failing{store="tasks"} `+metric+"\n") {
				t.Errorf("/metrics %s", w.Body)
			}
		}
		check(200, "0")
		disk.full.Store(true)
		caller, err := did.Parse("did:bindu:test:alice:1")
		if err != nil {
			t.Fatal(err)
		}
		ctx := identity.NewContext(t.Context(), identity.Caller{DID: caller})
		message := &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
		if _, err := service.SendMessage(ctx, &a2a.SendMessageRequest{Message: message}); err == nil {
			t.Fatal("the message was taken")
		}
		check(503, "1")
		time.Sleep(time.Minute)
		check(503, "1")
		disk.full.Store(false)
		time.Sleep(2 * time.Second)
		check(200, "0")
	})
}

// TestAFullDiskHidesNoOtherReason: an operator sees all that is wrong at once.
func TestAFullDiskHidesNoOtherReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		disk.full.Store(true)
		service, err := task.NewService(tasktest.Sized(task.Config{Store: disk, Executor: backend.Echo{}}))
		if err != nil {
			t.Fatal(err)
		}
		defer service.Close(context.Background())
		ready := newReadiness()
		if err := watchTaskStorage(service, ready, prometheus.NewRegistry()); err != nil {
			t.Fatal(err)
		}
		caller, err := did.Parse("did:bindu:test:alice:1")
		if err != nil {
			t.Fatal(err)
		}
		ctx := identity.NewContext(t.Context(), identity.Caller{DID: caller})
		message := &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}}
		if _, err := service.SendMessage(ctx, &a2a.SendMessageRequest{Message: message}); err == nil {
			t.Fatal("the message was taken")
		}
		if got, want := ready.Reasons(), []string{"starting", "storage_unavailable"}; !slices.Equal(got, want) {
			t.Errorf("reasons %q, want %q", got, want)
		}
	})
}
