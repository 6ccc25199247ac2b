package task

import (
	"context"
	"sync"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// feed wakes the readers of tasks. Whoever appends closes a channel, whoever
// reads fetches from the store: an event costs the same however many read, and
// one that is slow delays nobody. It holds something only while somebody reads.
type feed struct {
	mu     sync.Mutex
	topics map[string]map[string]*topic // by owner and task

	pace pace
	news func(owner, taskID string) // nil, or told of every event; it must not block
	hint func(owner, taskID string) // as news, of other processes
}

type topic struct {
	readers int
	streams int           // those of the readers that read each event
	changed chan struct{} // closed with the next event
	last    outcome
	recent  recent
}

// outcome is a task as a run of this process left it.
type outcome struct {
	run  string
	task *a2a.Task
}

func newFeed(p pace) *feed { return &feed{pace: p, topics: make(map[string]map[string]*topic)} }

// reader follows the events of one task.
type reader struct {
	feed    *feed
	key     key
	topic   *topic
	stream  bool
	changed <-chan struct{}
}

// follow returns a reader that is woken from now on. Close it.
func (f *feed) follow(k key) *reader { return f.read(k, false) }

// stream is follow for a reader that wants each event as soon as it happens: whoever
// works on the task is told of it.
func (f *feed) stream(k key) *reader { return f.read(k, true) }

func (f *feed) read(k key, stream bool) *reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.topics[k.owner] == nil {
		f.topics[k.owner] = make(map[string]*topic)
	}
	t := f.topics[k.owner][k.id]
	if t == nil {
		t = &topic{changed: make(chan struct{})}
		f.topics[k.owner][k.id] = t
	}
	if t.readers++; stream {
		if t.streams++; t.streams == 1 && t.readers > 1 {
			t.wake(outcome{})
		}
	}
	return &reader{feed: f, key: k, topic: t, stream: stream, changed: t.changed}
}

// close ends the reading.
func (r *reader) close() {
	f := r.feed
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.stream {
		r.topic.streams--
	}
	if r.topic.readers--; r.topic.readers > 0 {
		return
	}
	delete(f.topics[r.key.owner], r.key.id)
	if len(f.topics[r.key.owner]) == 0 {
		delete(f.topics, r.key.owner)
	}
}

// woken reports whether something happened since it was last asked, and makes
// ready for what happens from now on.
func (r *reader) woken() bool {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	was := r.changed != r.topic.changed
	r.changed = r.topic.changed
	return was
}

// isStreamed reports whether somebody in this process reads each event.
func (r *reader) isStreamed() bool {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	return r.topic.streams > 0
}

// outcome reports whether the run has ended in this process, and returns the
// task as it left it if that is known.
func (r *reader) outcome(run string) (left *a2a.Task, ended bool) {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	if run == "" || r.topic.last.run != run {
		return nil, false
	}
	return r.topic.last.task, true
}

// wait returns when something happened, or may have in another process. It
// reports false if ctx ended.
func (r *reader) wait(ctx context.Context) bool {
	timer := time.NewTimer(r.feed.pace.read)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-r.changed:
	case <-timer.C:
	}
	r.woken()
	return true
}

// wake tells the readers of a task that it has a new event.
func (f *feed) wake(k key) { f.publish(k, outcome{}) }

// publish is wake with what the task has become.
func (f *feed) publish(k key, o outcome) {
	f.tell(k)
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.topics[k.owner][k.id]; t != nil {
		t.wake(o)
	}
}

// wakeOthers is wake by a reader that knows already: it is not woken for itself. read
// says that all who stream the task know too.
func (f *feed) wakeOthers(r *reader, read bool) {
	f.tell(r.key)
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.topic.readers > 1 {
		knew, stale := r.changed == r.topic.changed, r.topic.recent.stale
		if r.topic.wake(outcome{}); knew {
			r.changed = r.topic.changed
		}
		r.topic.recent.stale = stale || !read
	}
}

// tell says to who is not a reader that something happened.
func (f *feed) tell(k key) {
	for _, tell := range []func(owner, taskID string){f.news, f.hint} {
		if tell != nil {
			tell(k.owner, k.id)
		}
	}
}

// wakeOwner tells all readers of an owner.
func (f *feed) wakeOwner(owner string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.topics[owner] {
		t.wake(outcome{})
	}
}

func (t *topic) wake(o outcome) {
	if o.run != "" {
		t.last = o
	}
	close(t.changed)
	t.changed = make(chan struct{})
	t.recent.stale = true
}
