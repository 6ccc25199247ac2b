package task

import (
	"context"
	"errors"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// firstFor is how long a [Repeatable] executor works on a message before that is
// stored. What it answers in that time is stored with the message, in one
// transaction in place of two; nobody is told of either before. If the process ends
// in between, the message was not accepted, and asking again does no harm.
const firstFor = 10 * time.Millisecond

// smallAnswer is how large an answer may be, in bytes, that waits to be stored without
// a worker. Workers bound how many larger ones wait.
const smallAnswer = 64 << 10

// errUnwanted ends an executor whose message was not accepted.
var errUnwanted = errors.New("the message was not accepted")

// first is the execution of a message that is not stored yet.
type first struct {
	s      *Service
	e      *execution
	worker *worker
	sub    Submission
}

// beginFirst returns nil if the message has to be stored first: the executor does not
// say that answering twice does no harm, the sender does not wait for the answer or reads
// it as it comes, somebody may know the task by its id already, or the execution would
// have to wait.
func (s *Service) beginFirst(ctx context.Context, pl *place, by asked, sub Submission, opt SendOptions) *first {
	if _, may := s.cfg.Executor.(Repeatable); !may || opt.atOnce || opt.stream || opt.push != nil || sub.Message.TaskID != "" {
		return nil
	}
	e := s.execution(s.withLink(ctx), key{sub.Owner, sub.TaskID}, sub.Run, by, Submitted{Task: sub.task()})
	if s.mayRepeat(e) {
		if w := s.pool.begin(pl); w != nil {
			e.place = pl
			return &first{s, e, w, sub}
		}
	}
	e.cancel(nil)
	return nil
}

// task is the one that a message creates that names none.
func (sub *Submission) task() *a2a.Task {
	placed := *sub.Message
	placed.TaskID = a2a.TaskID(sub.TaskID)
	if placed.ContextID == "" {
		placed.ContextID = sub.ContextID
	}
	return &a2a.Task{ID: placed.TaskID, ContextID: placed.ContextID, History: []*a2a.Message{&placed}}
}

// submit runs the executor, and stores the message with what that answers or, if that
// takes longer or is a failure, the message alone. It returns what [Service.submit] does.
func (f *first) submit(ctx context.Context) (Submitted, *waiter, error) {
	s, e := f.s, f.e
	e.due = s.now().Add(s.cfg.Deadline)
	a := s.launch(e)
	got, came := a.within(firstFor)
	if !came {
		return f.submitAlone(ctx, func() Transition { return s.outcome(e, a) }, func() { _, _ = s.settle(e, a) })
	}
	t, failed := s.conclude(e, a, got.result, got.err)
	if a.out.size+int64(len(got.result.Text)) <= smallAnswer {
		f.worker.yield()
	}
	if failed != nil {
		return f.submitAlone(ctx, func() Transition { return s.failed(e, failed) }, nil)
	}
	e.address(t)
	whole := f.sub
	whole.At, whole.Outcome = s.now(), &t
	out, err := s.store.Submit(ctx, whole)
	var quota *QuotaError
	if errors.As(err, &quota) { // there may be room for the message
		return f.submitAlone(ctx, func() Transition { return t }, nil)
	}
	e.cancel(nil)
	f.worker.end()
	return s.decided(f.sub.Owner, out, err, false)
}

// submitAlone stores the message before what becomes of it, which outcome says when
// that is known. Where the message is not accepted, over waits for the executor; it is nil
// if that has answered.
func (f *first) submitAlone(ctx context.Context, outcome func() Transition, over func()) (Submitted, *waiter, error) {
	s, e := f.s, f.e
	e.news = s.feed.follow(e.key)
	out, err := s.store.Submit(ctx, f.sub)
	if err != nil || out.Duplicate {
		e.news.close()
		e.cancel(errUnwanted)
		if over == nil {
			f.worker.end()
		} else {
			f.worker.goOn(over, func() {})
		}
		return s.decided(f.sub.Owner, out, err, false)
	}
	e.fence, e.task = out.Fence, out.Task
	run := &waiter{reader: s.feed.follow(e.key), run: e.run}
	f.worker.goOn(func() { s.persist(e, outcome()) }, func() { s.leave(e) })
	return out, run, nil
}

// within returns the executor's answer if it comes in time.
func (a *attempt) within(d time.Duration) (answer, bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case got := <-a.answers:
		return got, true
	case <-timer.C:
		return answer{}, false
	}
}
