package tasktest

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

func testTransition(t *testing.T, f *fixture) {
	id := string(f.submit(alice, f.message("hello"), epoch).ID)
	at := epoch.Add(time.Second)
	f.move(alice, id, task.Transition{To: a2a.TaskStateWorking, At: at})
	if got := f.get(alice, id).Status; got.State != a2a.TaskStateWorking || !got.Timestamp.Equal(at) {
		t.Errorf("status %+v", got)
	}
	first := &a2a.Artifact{ID: "one", Name: "n", Parts: a2a.ContentParts{a2a.NewTextPart("1")}, Metadata: map[string]any{"k": "v"}}
	f.move(alice, id, task.Transition{To: a2a.TaskStateInputRequired, Message: says("more?"), Artifacts: []*a2a.Artifact{first}, MaxBytes: 1 << 20})
	second := &a2a.Artifact{ID: "two", Parts: a2a.ContentParts{a2a.NewTextPart("2")}}
	f.move(alice, id, task.Transition{To: a2a.TaskStateCompleted, Message: says("done"), Artifacts: []*a2a.Artifact{second}})
	got := f.get(alice, id)
	if got.Status.Message == nil || got.Status.Message.Parts[0].Text() != "done" {
		t.Errorf("message %+v", got.Status.Message)
	}
	if !reflect.DeepEqual(got.Artifacts, []*a2a.Artifact{first, second}) {
		t.Errorf("artifacts %+v", got.Artifacts)
	}
	for _, state := range []a2a.TaskState{a2a.TaskStateWorking, a2a.TaskStateCanceled} {
		if err := f.store.Transition(f.ctx(), alice, id, task.Transition{To: state, At: epoch}); !errors.Is(err, task.ErrEnded) {
			t.Errorf("from completed to %s: %v", state, err)
		}
	}
	if err := f.store.Transition(f.ctx(), alice, "nothing", task.Transition{To: a2a.TaskStateCanceled, At: epoch}); !errors.Is(err, task.ErrNotFound) {
		t.Errorf("of no task: %v", err)
	}
}

func testRace(t *testing.T, f *fixture) {
	for range 20 {
		id := string(f.submit(alice, f.message("race"), epoch).ID)
		ends := []a2a.TaskState{a2a.TaskStateCompleted, a2a.TaskStateCanceled, a2a.TaskStateFailed}
		won := make([]bool, len(ends))
		var wg sync.WaitGroup
		for i, state := range ends {
			wg.Go(func() {
				err := f.store.Transition(t.Context(), alice, id, task.Transition{To: state, At: epoch})
				if won[i] = err == nil; !won[i] && !errors.Is(err, task.ErrEnded) {
					t.Errorf("to %s: %v", state, err)
				}
			})
		}
		wg.Wait()
		got := f.get(alice, id).Status.State
		for i, state := range ends {
			if won[i] != (state == got) {
				t.Fatalf("task is %s, but the transition to %s reported success=%v", got, state, won[i])
			}
		}
	}
}

func testSuperseded(t *testing.T, f *fixture) {
	id := string(f.submit(alice, f.message("hello"), epoch).ID)
	before := f.get(alice, id)
	err := f.store.Transition(f.ctx(), alice, id, task.Transition{
		Run: "another", To: a2a.TaskStateCompleted, At: epoch.Add(time.Hour), MaxBytes: 1 << 20,
		Artifacts: []*a2a.Artifact{{ID: "x", Parts: a2a.ContentParts{a2a.NewTextPart("x")}}},
	})
	if !errors.Is(err, task.ErrSuperseded) {
		t.Fatalf("Transition: %v", err)
	}
	if got := f.get(alice, id); !reflect.DeepEqual(got, before) {
		t.Errorf("task became %+v", got)
	}
}

func testQuotas(t *testing.T, f *fixture) {
	var quota *task.QuotaError
	check := func(err error, name string) {
		t.Helper()
		if !errors.As(err, &quota) || quota.Quota != name {
			t.Errorf("error %v, want quota %q", err, name)
		}
	}
	s := submission(alice, f.message("one"), epoch)
	s.MaxTasks = 1
	if _, err := f.store.Submit(f.ctx(), s); err != nil {
		t.Fatal(err)
	}
	over := submission(alice, f.message("two"), epoch)
	over.MaxTasks = 1
	_, err := f.store.Submit(f.ctx(), over)
	check(err, "tasks")
	f.absent(alice, over.TaskID)

	over.MaxTasks, over.MaxBytes = 10, 100
	_, err = f.store.Submit(f.ctx(), over)
	check(err, "bytes")
	over.MaxBytes = 200 // room for one of the two
	_, err = f.store.Submit(f.ctx(), over)
	check(err, "bytes")
	over.Owner = bob // others are not affected; the message alone is larger than 100 bytes
	over.MaxBytes = 1000
	if _, err := f.store.Submit(f.ctx(), over); err != nil {
		t.Errorf("another owner: %v", err)
	}
	err = f.store.Transition(f.ctx(), alice, s.TaskID, task.Transition{To: a2a.TaskStateCompleted, Message: says("x"), At: epoch, MaxBytes: 100})
	check(err, "bytes")
	if got := f.get(alice, s.TaskID).Status.State; got != a2a.TaskStateSubmitted {
		t.Errorf("state %s after a refused transition", got)
	}
	err = f.store.AddFeedback(f.ctx(), alice, task.Feedback{TaskID: s.TaskID, Text: "good", At: epoch, MaxBytes: 100})
	check(err, "bytes")

	f.move(alice, s.TaskID, task.Transition{To: a2a.TaskStateInputRequired})
	long := f.message("again")
	long.TaskID = a2a.TaskID(s.TaskID)
	full := submission(alice, long, epoch)
	full.MaxMessages = 1
	_, err = f.store.Submit(f.ctx(), full)
	check(err, "messages")
	full.MaxMessages, full.MaxTaskBytes = 10, 100
	_, err = f.store.Submit(f.ctx(), full)
	check(err, "task bytes")
}

func testRecovery(t *testing.T, f *fixture) {
	states := map[a2a.TaskState]a2a.TaskState{
		a2a.TaskStateSubmitted:     a2a.TaskStateFailed,
		a2a.TaskStateWorking:       a2a.TaskStateFailed,
		a2a.TaskStateInputRequired: a2a.TaskStateInputRequired,
		a2a.TaskStateCompleted:     a2a.TaskStateCompleted,
		a2a.TaskStateCanceled:      a2a.TaskStateCanceled,
	}
	ids := make(map[string]a2a.TaskState)
	for _, owner := range []string{alice, bob} {
		for state, want := range states {
			id := string(f.submit(owner, f.message("hello"), epoch).ID)
			if state != a2a.TaskStateSubmitted {
				f.move(owner, id, task.Transition{To: state})
			}
			ids[owner+" "+id] = want
		}
	}
	later := epoch.Add(time.Hour)
	lost, err := f.store.FailLost(f.ctx(), task.Recovery{Holder: "next", Alone: true,
		Transition: task.Transition{To: a2a.TaskStateFailed, Message: says("restarted"), At: later}})
	if err != nil || len(lost) != 4 {
		t.Errorf("FailLost = %v, %v; want 4", lost, err)
	}
	for ownerAndID, want := range ids {
		owner, id := ownerAndID[:len(alice)], ownerAndID[len(alice)+1:]
		if owner != alice {
			owner, id = ownerAndID[:len(bob)], ownerAndID[len(bob)+1:]
		}
		got := f.get(owner, id)
		if got.Status.State != want {
			t.Errorf("%s: %s, want %s", ownerAndID, got.Status.State, want)
		}
		if want == a2a.TaskStateFailed && (got.Status.Message == nil || !got.Status.Timestamp.Equal(later)) {
			t.Errorf("%s: status %+v", ownerAndID, got.Status)
		}
	}
}

func testParts(t *testing.T, f *fixture) {
	m := f.message("text")
	m.Parts = a2a.ContentParts{
		{Content: a2a.Text(""), MediaType: "text/plain"},
		{Content: a2a.Text("\u0000 <é> \U0001f600 \u2028"), Metadata: map[string]any{"a": "b", "n": 1.5, "l": []any{true, nil}}},
		{Content: a2a.Raw{0, 1, 255}, Filename: "f.bin", MediaType: "application/octet-stream"},
		{Content: a2a.Raw{}, Filename: "empty"},
		{Content: a2a.URL("https://example.com/x?y=z&a"), MediaType: "image/png"},
		{Content: a2a.Data{Value: map[string]any{"k": []any{"v", 1.0, false}}}},
		{Content: a2a.Data{Value: "a string"}},
		{Content: a2a.Data{}},
		{Content: a2a.Data{Value: []any{nil}}, Metadata: map[string]any{"a": nil}},
	}
	m.Metadata = map[string]any{"ext": map[string]any{"x": "y"}}
	m.ReferenceTasks = []a2a.TaskID{"t1", "t2"}
	m.Extensions = []string{"https://example.com/ext"}
	created := f.submit(alice, m, epoch)
	got := f.get(alice, string(created.ID))
	if !reflect.DeepEqual(got.History, created.History) || !reflect.DeepEqual(got.History[0].Parts, m.Parts) {
		t.Errorf("parts came back as %+v", got.History[0])
	}
}
