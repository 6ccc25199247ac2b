package task_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// again is an executor that may be asked twice, but for what says "once".
type again struct{ executor }

func (again) Repeatable(req task.Request) bool { return req.Text() != "once" }

// A lost run is carried out again where the executor says that this does no harm:
// one time, for the same caller, and as if nothing had happened to who waits.
func TestALostRunIsCarriedOutAgainWhereThatIsSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var callers []string
		second := task.Config{Executor: again{func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
			callers = append(callers, req.Caller.DID.String()+" "+req.Text())
			return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("of the second")}}, false)
		}}}
		first := task.Config{Executor: again{sleeper(time.Hour)}, Deadline: 2 * time.Hour}
		one, two, cutOff := processes(t, first, second)
		ctx := as(t, "alice")
		lost, once := must(t, one, ctx, post("1", "x")), must(t, one, ctx, post("2", "once"))
		client := identity.NewContext(t.Context(), identity.Caller{Claims: oauth.Claims{Issuer: "https://issuer.example", ClientID: "one"}})
		nameless := must(t, one, client, post("1", "x"))
		time.Sleep(time.Second)
		cutOff(true)
		limit, cancel := context.WithTimeout(ctx, 10*time.Minute)
		defer cancel()
		got := must(t, two, limit, send("1", "x")) // answered at once and dropped; waits, and is given to another run meanwhile
		if wantState(t, got, a2a.TaskStateCompleted, ""); got.ID != lost.ID {
			t.Errorf("another task: %s", asJSON(t, got))
		}
		time.Sleep(2 * time.Minute)
		done := get(t, two, ctx, lost.ID)
		wantState(t, done, a2a.TaskStateCompleted, "")
		if len(done.Artifacts) != 1 || asJSON(t, callers) != `["did:bindu:test:alice:1 x","did:bindu:test:alice:1 x"]` {
			t.Errorf("%s by %v", asJSON(t, done), callers)
		}
		wantState(t, get(t, two, ctx, once.ID), a2a.TaskStateFailed, "agent_restarted")
		wantState(t, get(t, two, client, nameless.ID), a2a.TaskStateFailed, "agent_restarted")
		cutOff(false)
		time.Sleep(2 * time.Hour) // the first comes to its end
		if after := get(t, two, ctx, lost.ID); asJSON(t, after) != asJSON(t, done) {
			t.Errorf("the task became %s", asJSON(t, after))
		}
	})
}

// An executor is asked about each message, at a start too.
func TestARestartedAgentRunsAgainOnlyWhatItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second, cutOff := processes(t, task.Config{Executor: sleeper(time.Hour)}, task.Config{Executor: again{sleeper(time.Second)}})
		ctx := as(t, "alice")
		may, mayNot := must(t, first, ctx, post("1", "x")), must(t, first, ctx, post("2", "once"))
		time.Sleep(time.Second)
		cutOff(true)
		if n, err := second.Recover(t.Context()); n != 1 || err != nil {
			t.Errorf("Recover = %d, %v", n, err)
		}
		time.Sleep(time.Minute)
		wantState(t, get(t, second, ctx, may.ID), a2a.TaskStateCompleted, "")
		wantState(t, get(t, second, ctx, mayNot.ID), a2a.TaskStateFailed, "agent_restarted")
	})
}

// An agent that dies of a message does not die of it at each start.
func TestWhatIsLostTwiceFails(t *testing.T) {
	synctest.Test(t, whatIsLostTwice)
}

func whatIsLostTwice(t *testing.T) {
	store := openStore(t, filepath.Join(t.TempDir(), "dir"))
	defer store.Close()
	ctx := as(t, "alice")
	var id a2a.TaskID
	for start := range 3 {
		runs := make(chan string, 9)
		release := make(chan struct{})
		disk := &brittle{Store: store}
		s, err := task.NewService(tasktest.Sized(task.Config{Store: disk, Executor: again{func(context.Context, task.Request, task.Emit) (task.Result, error) {
			runs <- "run"
			<-release
			return task.Result{}, nil
		}}}))
		if err != nil {
			t.Fatal(err)
		}
		failed, err := s.Recover(t.Context())
		if err != nil || failed != []int{0, 0, 1}[start] {
			t.Errorf("start %d failed %d, %v", start, failed, err)
		}
		if start == 0 {
			id = must(t, s, ctx, post("1", "x")).ID
		}
		time.Sleep(time.Second)
		if want := []int{1, 1, 0}[start]; len(runs) != want {
			t.Errorf("start %d ran %d, want %d", start, len(runs), want)
		}
		disk.full.Store(true) // it dies
		close(release)
		limit, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Close(limit); err != nil {
			t.Error(err)
		}
	}
	s, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: backend.Echo{}}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	wantState(t, get(t, s, ctx, id), a2a.TaskStateFailed, "agent_restarted")
}
