package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Hold implements [task.Store].
func (s *Store) Hold(_ context.Context, holder string, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leases[holder] = time.Now().Add(d)
	return nil
}

// Release implements [task.Store]. The lease stays as one that has ended, until
// somebody has looked for runs of its holder.
func (s *Store) Release(_ context.Context, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, held := s.leases[holder]; held {
		s.leases[holder] = time.Time{}
	}
	return nil
}

func (s *Store) over(holder string) bool {
	until, held := s.leases[holder]
	return held && !until.After(time.Now())
}

// lost returns the tasks whose run is lost, by owner and id.
func (s *Store) lost(r task.Recovery) []*entry {
	found := s.all(func(e *entry) bool {
		return !e.head.AtRest() && e.holder != r.Holder && (r.Alone || s.over(e.holder))
	})
	slices.SortFunc(found, func(a, b *entry) int { return compare(a.name(), b.name()) })
	return found
}

func (e *entry) name() task.Lost { return task.Lost{Owner: e.owner, ID: e.id, Run: e.head.Run} }

func compare(a, b task.Lost) int {
	return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.ID, b.ID))
}

// FailLost implements [task.Store].
func (s *Store) FailLost(_ context.Context, r task.Recovery) ([]task.Lost, error) {
	c, err := encode(r.Transition)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var failed []task.Lost
	for _, e := range s.lost(r) {
		c.Run = e.head.Run
		if err := s.apply(e, c); err != nil {
			return failed, err
		}
		failed = append(failed, e.name())
	}
	maps.DeleteFunc(s.leases, func(holder string, _ time.Time) bool { return holder != r.Holder && s.over(holder) })
	return failed, nil
}

// TakeLost implements [task.Store].
func (s *Store) TakeLost(_ context.Context, r task.Recovery, run string, at time.Time) (task.Taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.lost(r) {
		if e.again || compare(e.name(), r.After) <= 0 {
			continue
		}
		before := e.size()
		taken := task.Taken{Lost: e.name(), Fence: e.head.Fence + 1}
		e.events = slices.DeleteFunc(e.events, func(v event) bool { return v.Kind == task.EventChunk })
		e.add(event{Event: task.Event{Kind: task.EventState, Run: run, At: at, State: a2a.TaskStateSubmitted}})
		e.head.State, e.head.Run, e.head.Fence = a2a.TaskStateSubmitted, run, taken.Fence
		e.holder, e.again, e.at = r.Holder, true, at
		s.grow(e, e.size()-before)
		var err error
		taken.Task, err = e.task(-1, true)
		return taken, err
	}
	return task.Taken{}, nil
}
