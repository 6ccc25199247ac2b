package memory

import (
	"context"
	"encoding/json"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// change is a transition with what it adds as JSON.
type change struct {
	task.Transition
	message   []byte
	artifacts []event
	whole     map[a2a.ArtifactID][]byte
	size      int64
}

func encode(t task.Transition) (change, error) {
	c := change{Transition: t}
	var err error
	if t.Message != nil {
		if c.message, err = json.Marshal(t.Message); err != nil {
			return change{}, err
		}
		c.size += int64(len(c.message))
	}
	for _, a := range t.Artifacts {
		body, err := json.Marshal(a)
		if err != nil {
			return change{}, err
		}
		c.artifacts = append(c.artifacts, event{artifact: a.ID, body: body})
		c.size += int64(len(body))
	}
	c.whole = make(map[a2a.ArtifactID][]byte)
	for _, a := range t.Whole {
		if c.whole[a.ID], err = json.Marshal(a); err != nil {
			return change{}, err
		}
	}
	return c, nil
}

// Transition implements [task.Store].
func (s *Store) Transition(_ context.Context, name, id string, t task.Transition) error {
	c, err := encode(t)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.withRoom(name, id, t.MakeRoom, func() error {
		e, err := s.find(name, id)
		if err == nil {
			err = e.allows(t.Run, t.Fence)
		}
		switch {
		case err != nil:
			return err
		case t.To == task.StateAnswered && e.told:
			return task.ErrTold
		}
		return s.apply(e, c)
	})
}

// apply carries a transition out that is allowed.
func (s *Store) apply(e *entry, c change) error {
	if err := s.owner(e.owner).charge(0, c.size, 0, c.MaxBytes); err != nil {
		return err
	}
	before := e.size()
	if (task.Head{State: c.To}).AtRest() {
		if err := e.compact(c); err != nil {
			return err
		}
	}
	place := e.count(task.EventArtifact)
	for i, a := range c.artifacts {
		a.Event = task.Event{Kind: task.EventArtifact, Run: c.Run, At: c.At, Place: place + i}
		e.add(a)
	}
	run := c.Run
	if run == "" && (task.Head{State: c.To}).AtRest() {
		run = e.head.Run // that had it last
	}
	e.add(event{Event: task.Event{Kind: task.EventState, Run: run, At: c.At, State: c.To}, body: c.message})
	e.head.State, e.at = c.To, c.At
	s.grow(e, e.size()-before)
	return nil
}

// Append implements [task.Store].
func (s *Store) Append(_ context.Context, name, id string, c task.Chunk) error {
	body, err := json.Marshal(c.Artifact)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.withRoom(name, id, c.MakeRoom, func() error {
		e, err := s.find(name, id)
		if err == nil {
			err = e.allows(c.Run, c.Fence)
		}
		switch {
		case err != nil:
			return err
		case c.Run == "" || e.head.AtRest():
			return task.ErrSuperseded
		}
		size := int64(len(body))
		if err := s.owner(name).charge(0, size, 0, c.MaxBytes); err != nil {
			return err
		}
		e.add(event{task.Event{Kind: task.EventChunk, Run: c.Run, At: c.At, First: c.First, Last: c.Last}, c.Artifact.ID, body})
		s.grow(e, size)
		return nil
	})
}

// Tell implements [task.Store].
func (s *Store) Tell(_ context.Context, name, id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.find(name, id)
	if err != nil || e.head.AtRest() {
		return false, nil
	}
	e.told = true
	return true, nil
}
