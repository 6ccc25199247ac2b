package tasktest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Open returns an empty store that lives as long as the test.
type Open func(t *testing.T) task.Store

// Run tests a store implementation.
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"creates a task":                                               testCreate,
		"adopts an id only when told to":                               testAdopt,
		"ids belong to their owner":                                    testOwners,
		"a message is stored with what became of it":                   testOutcome,
		"reading on behind a message with its outcome":                 testOutcomeReadOn,
		"an answer is stored with its message":                         testOutcomeAnswered,
		"who names a task waits for its outcome":                       testOutcomeOfNamed,
		"what goes on has no outcome":                                  testOutcomeUnfinished,
		"what is refused has no outcome":                               testOutcomeRefused,
		"a message is stored once":                                     testIdempotency,
		"the same message twice at once":                               testConcurrentDuplicates,
		"continues a task that waits for input":                        testContinue,
		"refuses a message to a task that ended, is busy or elsewhere": testRefuse,
		"transitions keep what they are given":                         testTransition,
		"exactly one of many ends wins":                                testRace,
		"a superseded run changes nothing":                             testSuperseded,
		"quotas leave nothing behind":                                  testQuotas,
		"lists pages, filters and orders":                              testList,
		"history is cut from its end":                                  testHistory,
		"asks for room before it reads":                                testRoom,
		"status messages fill a page too":                              testStatusBytes,
		"an answered message is no task":                               testAnswered,
		"clears a context and gives its room back":                     testClear,
		"what is old goes with all that belongs to it":                 testExpire,
		"old tasks make room for new ones":                             testMakeRoom,
		"what has not ended makes no room":                             testMakeRoomBesideUnfinished,
		"a probe leaves nothing":                                       testProbe,
		"feedback":                                                     testFeedback,
		"administrators find owners":                                   testAnyOwners,
		"recovery fails what was unfinished":                           testRecovery,
		"round trips every kind of part":                               testParts,
		"a task is the fold of its events":                             testFold,
		"reading on leads to the task from anywhere":                   testReadOn,
		"events are numbered in one sequence":                          testSequence,
		"an ended task costs its result":                               testCompaction,
		"what chunks make is stored as the run says":                   testWhole,
		"chunks take room":                                             testChunkRoom,
		"chunks say where they begin and end":                          testChunkEnds,
		"events belong to their owner and go with their task":          testEventsOfOwners,
		"who has no run appends nothing":                               testFencing,
		"a run is lost when its lease has ended":                       testLeases,
		"many lost runs":                                               testManyLost,
		"a lost run is begun anew once":                                testTake,
		"a task that is told of stays one":                             testTold,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &fixture{t: t, store: open(t)})
		})
	}
}

const (
	alice = "did:bindu:a:alice:1"
	bob   = "did:bindu:b:bob:2"
)

// epoch is when the tests take place.
var epoch = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

type fixture struct {
	t     *testing.T
	store task.Store
	n     int
}

// message returns a message with an id of its own.
func (f *fixture) message(text string) *a2a.Message {
	f.n++
	return &a2a.Message{ID: fmt.Sprintf("m%d", f.n), Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

func submission(owner string, m *a2a.Message, at time.Time) task.Submission {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s", m.TaskID, m.ContextID, m.Parts[0].Text()))
	return task.Submission{
		Owner: owner, Message: m, Digest: sum[:],
		TaskID: "task-of-" + m.ID, ContextID: "context-of-" + m.ID, Run: "run-of-" + m.ID, Holder: "holder", At: at,
		MaxTasks: 100, MaxBytes: 1 << 20, MaxMessages: 10, MaxTaskBytes: 1 << 20,
	}
}

func (f *fixture) ctx() context.Context { return f.t.Context() }

// submit stores a message that must be accepted.
func (f *fixture) submit(owner string, m *a2a.Message, at time.Time) *a2a.Task {
	f.t.Helper()
	out, err := f.store.Submit(f.ctx(), submission(owner, m, at))
	if err != nil {
		f.t.Fatalf("Submit: %v", err)
	}
	return out.Task
}

// refuse submits a message that must fail with want.
func (f *fixture) refuse(s task.Submission, want error) {
	f.t.Helper()
	if _, err := f.store.Submit(f.ctx(), s); !errors.Is(err, want) {
		f.t.Fatalf("Submit: %v, want %v", err, want)
	}
}

func (f *fixture) move(owner, id string, tr task.Transition) {
	f.t.Helper()
	if tr.At.IsZero() {
		tr.At = epoch
	}
	if err := f.store.Transition(f.ctx(), owner, id, tr); err != nil {
		f.t.Fatalf("Transition to %s: %v", tr.To, err)
	}
}

func (f *fixture) get(owner, id string) *a2a.Task {
	f.t.Helper()
	t, err := f.store.Get(f.ctx(), owner, id, -1)
	if err != nil {
		f.t.Fatalf("Get(%s): %v", id, err)
	}
	return t
}

func (f *fixture) absent(owner, id string) {
	f.t.Helper()
	if _, err := f.store.Get(f.ctx(), owner, id, -1); !errors.Is(err, task.ErrNotFound) {
		f.t.Fatalf("Get(%s, %s): %v, want ErrNotFound", owner, id, err)
	}
}

// says returns a status message of the agent.
func says(text string) *a2a.Message {
	return &a2a.Message{ID: "agent-" + text, Role: a2a.MessageRoleAgent, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

func texts(messages []*a2a.Message) string {
	var all string
	for _, m := range messages {
		all += m.Parts[0].Text() + ";"
	}
	return all
}
