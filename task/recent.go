package task

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// What is kept of the latest events of a task that is streamed.
const (
	recentEvents = 128
	recentBytes  = 256 << 10
	pageEvents   = 64 // read at once
)

// recent are the latest events of a task, read from the store once for all who
// stream it here. Its feed's lock guards it.
type recent struct {
	events  []Event // all behind base
	sizes   []int   // of the events
	base    int64
	head    Head
	at      time.Time     // when it was read
	stale   bool          // something happened since
	loading chan struct{} // closed when somebody has read; nil if nobody reads
}

// view is what a reader finds there.
type view struct {
	events []Event
	head   Head
	behind bool            // older events than those that are kept are asked for
	wait   <-chan struct{} // for who reads the store; nil if the reader itself has to
}

// look returns the events behind a number if all is known, and otherwise how to get
// to know them.
func (r *reader) look(after int64, now time.Time) (v view, known bool) {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	c := &r.topic.recent
	switch {
	case c.at.IsZero() && c.loading == nil:
		c.base = after
	case after < c.base:
		return view{behind: true}, false
	case c.loading != nil: // what was read before says nothing of what that reads
		return view{wait: c.loading}, false
	case !c.stale && now.Sub(c.at) < r.feed.pace.read:
		return view{events: c.behind(after), head: c.head}, true
	}
	c.loading, c.stale = make(chan struct{}), false
	return view{}, false
}

// beginLoad reports whether the reader has to read the store now because others stream
// the task; [reader.load] must follow. It may have to wait for who reads already.
func (r *reader) beginLoad() (must bool, wait <-chan struct{}) {
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	c := &r.topic.recent
	switch {
	case c.loading != nil:
		return false, c.loading
	case c.at.IsZero():
		return false, nil // nobody has come so far
	}
	c.loading, c.stale = make(chan struct{}), false
	return true, nil
}

// behind returns the events after a number.
func (c *recent) behind(after int64) []Event {
	i, _ := slices.BinarySearchFunc(c.events, after+1, func(e Event, seq int64) int { return int(e.Seq - seq) })
	return slices.Clip(c.events[i:])
}

// last is the number behind which the store has to be read.
func (c *recent) last() int64 {
	if n := len(c.events); n > 0 {
		return c.events[n-1].Seq
	}
	return c.base
}

// load reads on for all who stream the task.
func (r *reader) load(ctx context.Context, store Store, now time.Time) error {
	r.feed.mu.Lock()
	c := &r.topic.recent
	last := c.last()
	r.feed.mu.Unlock()
	events, head, more, err := page(ctx, store, r.key, last)
	r.feed.mu.Lock()
	defer r.feed.mu.Unlock()
	close(c.loading)
	c.loading = nil
	if err != nil {
		c.stale = true
		return err
	}
	c.events, c.head, c.at = append(c.events, events...), head, now
	for _, e := range events {
		c.sizes = append(c.sizes, e.weight())
	}
	c.stale = c.stale || more
	c.trim()
	return nil
}

// trim forgets the oldest events.
func (c *recent) trim() {
	size, from := 0, len(c.events)
	for from > 0 && len(c.events)-from < recentEvents {
		if size += c.sizes[from-1]; size > recentBytes && from < len(c.events) {
			break
		}
		from--
	}
	if from > 0 {
		c.base = c.events[from-1].Seq
		c.events, c.sizes = slices.Clone(c.events[from:]), slices.Clone(c.sizes[from:])
	}
}

// weight is about what an event holds, in bytes.
func (e Event) weight() int {
	var parts a2a.ContentParts
	if e.Message != nil {
		parts = e.Message.Parts
	}
	if e.Artifact != nil {
		parts = e.Artifact.Parts
	}
	const each = 200
	size := each
	for _, p := range parts {
		switch c := p.Content.(type) {
		case a2a.Text:
			size += len(c)
		case a2a.Raw:
			size += len(c)
		default:
			raw, _ := json.Marshal(p)
			size += len(raw)
		}
		size += each
	}
	return size
}

// events returns the next events behind a number, none if there are none yet, and
// the head of the task as it was known then.
func (s *Service) events(ctx context.Context, r *reader, after int64) ([]Event, Head, error) {
	for {
		v, known := r.look(after, s.cfg.Now())
		switch {
		case known:
			return v.events, v.head, nil
		case v.behind:
			events, head, _, err := page(ctx, s.store, r.key, after)
			return events, head, err
		case v.wait != nil:
			select {
			case <-v.wait:
			case <-ctx.Done():
				return nil, Head{}, context.Cause(ctx)
			}
			continue
		}
		if err := r.load(ctx, s.store, s.cfg.Now()); err != nil {
			return nil, Head{}, err
		}
	}
}

// largePage is how large a task may be, in bytes, of which a page is read at once: of a
// larger one no stream holds more than an event.
const largePage = 256 << 10

// page reads the next events behind a number, and reports whether there may be more.
func page(ctx context.Context, store Store, k key, after int64) (events []Event, head Head, more bool, err error) {
	large, limit := false, pageEvents
	measured := WithReserve(ctx, func(bytes int64) error {
		if large = bytes > largePage; large {
			return ErrOverloaded
		}
		return nil
	})
	events, head, err = store.Events(measured, k.owner, k.id, after, limit)
	if large {
		limit = 1
		events, head, err = store.Events(WithReserve(ctx, nil), k.owner, k.id, after, limit)
	}
	return events, head, len(events) == limit, err
}
