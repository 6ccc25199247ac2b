package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/getbindu/bindu-go/task"
)

// maxContextTasks bounds how many tasks of a context are named in a list.
const maxContextTasks = 100

// Events implements [task.Store].
func (s *Store) Events(ctx context.Context, name, id string, after int64, limit int) ([]task.Event, task.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.find(name, id)
	if err != nil {
		return nil, task.Head{}, err
	}
	if limit <= 0 || after >= e.head.Seq {
		return nil, e.head, nil
	}
	if err := task.Reserve(ctx, e.bytes); err != nil {
		return nil, e.head, err
	}
	var all []task.Event
	for _, v := range e.events {
		if v.Seq <= after || len(all) == limit {
			continue
		}
		read, err := v.read()
		if err != nil {
			return nil, e.head, err
		}
		all = append(all, read)
	}
	return all, e.head, nil
}

// List implements [task.Store].
func (s *Store) List(ctx context.Context, name string, f task.Filter) (task.Page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.owner(name).choose(func(e *entry) bool {
		return e.head.State != task.StateAnswered && (f.ContextID == "" || e.contextID == f.ContextID) &&
			(f.State == "" || e.head.State == f.State) && !e.at.Before(f.Since)
	})
	page := task.Page{Total: len(found)}
	slices.Reverse(found)
	if f.After != (task.Cursor{}) {
		found = slices.DeleteFunc(found, func(e *entry) bool {
			return cmp.Or(e.at.Compare(f.After.UpdatedAt), cmp.Compare(e.id, f.After.ID)) >= 0
		})
	}
	n, size := pageOf(found, f)
	if n < len(found) {
		page.Next = task.Cursor{UpdatedAt: found[n-1].at, ID: found[n-1].id}
	}
	if err := task.Reserve(ctx, size); err != nil {
		return task.Page{}, err
	}
	for _, e := range found[:n] {
		t, err := e.task(f.History, f.Artifacts)
		if err != nil {
			return task.Page{}, err
		}
		page.Tasks = append(page.Tasks, t)
	}
	return page, nil
}

// pageOf returns how many tasks a page has, and what they bring into it.
func pageOf(found []*entry, f task.Filter) (n int, size int64) {
	for ; n < len(found) && n < f.Limit; n++ {
		more := found[n].bytes
		if f.History == 0 && !f.Artifacts {
			more = int64(len(found[n].said()))
		}
		if n > 0 && f.MaxBytes != 0 && size+more > f.MaxBytes {
			break
		}
		size += more
	}
	return n, size
}

// Contexts implements [task.Store].
func (s *Store) Contexts(_ context.Context, name string, limit int) ([]task.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byID := make(map[string]*task.Context)
	var all []*task.Context
	newest := s.owner(name).choose(func(*entry) bool { return true })
	slices.Reverse(newest)
	for _, e := range newest {
		c := byID[e.contextID]
		if c == nil {
			c = &task.Context{ID: e.contextID, UpdatedAt: e.at, CreatedAt: e.began}
			byID[e.contextID] = c
			all = append(all, c)
		}
		if e.began.Before(c.CreatedAt) {
			c.CreatedAt = e.began
		}
		if e.head.State == task.StateAnswered {
			continue
		}
		if c.Tasks++; len(c.TaskIDs) < maxContextTasks {
			c.TaskIDs = append(c.TaskIDs, e.id)
		}
	}
	out := make([]task.Context, 0, limit)
	for _, c := range all[:min(limit, len(all))] {
		out = append(out, *c)
	}
	return out, nil
}

// TaskOwners implements [task.Store].
func (s *Store) TaskOwners(_ context.Context, id string) ([]string, error) {
	return s.ownersOf(func(e *entry) bool { return e.id == id }), nil
}

// ContextOwners implements [task.Store].
func (s *Store) ContextOwners(_ context.Context, contextID string) ([]string, error) {
	return s.ownersOf(func(e *entry) bool { return e.contextID == contextID }), nil
}

// ownersOf returns up to two owners who have such a task.
func (s *Store) ownersOf(want func(*entry) bool) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for name, o := range s.owners {
		if len(names) < 2 && len(o.choose(want)) > 0 {
			names = append(names, name)
		}
	}
	return names
}
