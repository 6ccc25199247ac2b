package mcp

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
)

func somebody(t *testing.T, name string) identity.Caller {
	t.Helper()
	d, err := did.Parse("did:bindu:ops:" + name + ":1")
	if err != nil {
		t.Fatal(err)
	}
	return identity.Caller{DID: d}
}

// opened gives a caller a session.
func opened(t *testing.T, s *sessions, c identity.Caller, id string) (lost *session) {
	t.Helper()
	lost, err := s.reserve(c.Name())
	if err != nil {
		t.Fatal(err)
	}
	s.settle(c, id)
	return lost
}

func has(s *sessions, c identity.Caller, id string) bool {
	one, done := s.use(c.Name(), id)
	if one != nil {
		done()
	}
	return one != nil
}

// Whose a session is, how many there are and how long they last is decided in one place.
func TestSessionsHaveOwnersBoundsAndAnEnd(t *testing.T) {
	now := time.Unix(0, 0)
	s := newSessions(Config{Sessions: 4, SessionsPerCaller: 2, SessionIdle: time.Minute, Now: func() time.Time { return now }})
	ann, bob, eve := somebody(t, "ann"), somebody(t, "bob"), somebody(t, "eve")
	opened(t, s, ann, "a1")
	now = now.Add(time.Second)
	opened(t, s, ann, "a2")
	if !has(s, ann, "a1") || has(s, bob, "a1") || has(s, ann, "none") {
		t.Error("a session is not its caller's alone")
	}
	now = now.Add(time.Second)
	if !has(s, ann, "a1") {
		t.Error("it is lost")
	}
	if lost := opened(t, s, ann, "a3"); lost == nil || lost.id != "a2" || has(s, ann, "a2") {
		t.Errorf("lost %v", lost)
	}
	one, done := s.use(ann.Name(), "a1")
	other, doneToo := s.use(ann.Name(), "a3")
	if _, err := s.reserve(ann.Name()); !errors.Is(err, errSessions) || one == nil || other == nil {
		t.Errorf("while all are in use: %v", err)
	}
	now = now.Add(time.Hour)
	if over := s.expire(); len(over) != 0 {
		t.Errorf("what is in use has ended: %v", over)
	}
	done()
	doneToo()
	opened(t, s, bob, "b1")
	if opened(t, s, bob, "a1"); has(s, ann, "a1") || !has(s, bob, "a1") {
		t.Error("a session that is given anew is its first owner's")
	}
	opened(t, s, eve, "")
	opened(t, s, eve, "e1")
	if _, err := s.reserve(eve.Name()); !errors.Is(err, errFull) {
		t.Errorf("beyond all: %v", err)
	}
	now = now.Add(time.Minute)
	if over := s.expire(); len(over) != 4 || has(s, eve, "e1") || len(s.all)+len(s.owned)+len(s.opening)+s.pending != 0 {
		t.Errorf("%d are over, %+v", len(over), s)
	}
}
