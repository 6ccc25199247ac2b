// Package memory is a [task.Store] in memory, for an agent whose tasks need not
// outlive it. It shows what a store has to do; package task/tasktest is the judge.
package memory

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Store keeps the tasks of all owners until it is forgotten.
type Store struct {
	mu     sync.Mutex
	owners map[string]*owner
	leases map[string]time.Time // by holder, until when
}

var _ task.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{owners: make(map[string]*owner), leases: make(map[string]time.Time)}
}

// owner is what one owner has.
type owner struct {
	tasks map[string]*entry
	bytes int64
}

// owner returns what an owner has: nothing, if it has no tasks.
func (s *Store) owner(name string) *owner {
	if o := s.owners[name]; o != nil {
		return o
	}
	return &owner{tasks: make(map[string]*entry)}
}

func (s *Store) find(name, id string) (*entry, error) {
	if e := s.owner(name).tasks[id]; e != nil {
		return e, nil
	}
	return nil, task.ErrNotFound
}

// all returns the tasks of every owner that are wanted, the oldest first.
func (s *Store) all(want func(*entry) bool) []*entry {
	var found []*entry
	for _, o := range s.owners {
		found = append(found, o.choose(want)...)
	}
	slices.SortFunc(found, oldestFirst)
	return found
}

func (o *owner) choose(want func(*entry) bool) []*entry {
	var found []*entry
	for _, e := range o.tasks {
		if want(e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, oldestFirst)
	return found
}

func (s *Store) remove(entries []*entry) int {
	for _, e := range entries {
		o := s.owners[e.owner]
		o.bytes -= e.bytes
		delete(o.tasks, e.id)
		if len(o.tasks) == 0 {
			delete(s.owners, e.owner)
		}
	}
	return len(entries)
}

// charge says whether the owner may have so much more.
func (o *owner) charge(tasks int, size, maxTasks, maxBytes int64) error {
	now := int64(len(o.tasks) + tasks)
	switch {
	case tasks > 0 && maxTasks > 0 && now > maxTasks:
		return &task.QuotaError{Quota: task.QuotaTasks, Limit: maxTasks, Over: now - maxTasks}
	case size > 0 && maxBytes > 0 && size > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes} // no room would be enough
	case size > 0 && maxBytes > 0 && o.bytes+size > maxBytes:
		return &task.QuotaError{Quota: task.QuotaBytes, Limit: maxBytes, Over: o.bytes + size - maxBytes}
	}
	return nil
}

func (s *Store) grow(e *entry, size int64) {
	e.bytes += size
	s.owners[e.owner].bytes += size
}

// withRoom tries a change, and again after old tasks of the owner have made room
// for it; the task of the change itself does not go.
func (s *Store) withRoom(name, except string, makeRoom bool, try func() error) error {
	for {
		err := try()
		quota, ok := errors.AsType[*task.QuotaError](err)
		if !makeRoom || !ok || quota.Over <= 0 || s.makeRoom(name, except, quota) == 0 {
			return err
		}
	}
}

func (s *Store) makeRoom(name, except string, quota *task.QuotaError) int {
	old := s.owner(name).choose(func(e *entry) bool { return e.id != except && e.ended() })
	over, n := quota.Over, 0
	for ; over > 0 && n < len(old); n++ {
		if quota.Quota == task.QuotaTasks {
			over--
		} else {
			over -= old[n].bytes
		}
	}
	return s.remove(old[:n])
}

// ClearContext implements [task.Store].
func (s *Store) ClearContext(_ context.Context, name, contextID string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remove(s.owner(name).choose(func(e *entry) bool { return e.contextID == contextID })), nil
}

// Expire implements [task.Store].
func (s *Store) Expire(_ context.Context, before time.Time, limit int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.all(func(e *entry) bool { return e.head.AtRest() && e.at.Before(before) })
	return s.remove(old[:min(limit, len(old))]), nil
}

// Probe implements [task.Store].
func (*Store) Probe(context.Context) error { return nil }

// AddFeedback implements [task.Store].
func (s *Store) AddFeedback(_ context.Context, name string, f task.Feedback) error {
	metadata, err := json.Marshal(f.Metadata)
	if err != nil {
		return err
	}
	size := int64(len(f.Text) + len(metadata))
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.withRoom(name, f.TaskID, f.MakeRoom, func() error {
		e, err := s.find(name, f.TaskID)
		if err != nil {
			return err
		}
		if err := s.owner(name).charge(0, size, 0, f.MaxBytes); err != nil {
			return err
		}
		e.feedback = append(e.feedback, f)
		s.grow(e, size)
		return nil
	})
}

// Get implements [task.Store].
func (s *Store) Get(ctx context.Context, name, id string, history int) (*a2a.Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.find(name, id)
	if err != nil {
		return nil, err
	}
	if err := task.Reserve(ctx, e.bytes); err != nil {
		return nil, err
	}
	return e.task(history, true)
}
