package push_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/task"
)

// TestEventsComeInOrderAndProveWhereTheyComeFrom: what happened before there was a sender,
// and what happens then.
func TestEventsComeInOrderAndProveWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	id := w.submit(alice, h.URL+"/hook?x=%2F", nil)
	s := w.start(nil)
	w.until("the first event", func() bool { return len(h.told()) == 1 })
	w.move(alice, id, a2a.TaskStateWorking)
	s.News(alice, id)
	w.until("the second event", func() bool { return len(h.told()) == 2 })
	w.move(alice, id, a2a.TaskStateCompleted)
	s.News(alice, id)
	w.until("the rest", func() bool { return len(h.told()) == 4 })
	if got := fmt.Sprint(h.told()); got != "[task1 1  task1 2 TASK_STATE_WORKING task1 3  task1 4 TASK_STATE_COMPLETED]" {
		t.Errorf("told %s", got)
	}
	c := h.last()
	if c.target != "POST /hook?x=%2F" || c.header.Get("Authorization") != "Bearer secret" {
		t.Errorf("called %s with %v", c.target, c.header)
	}
	to, _ := did.Parse(alice)
	claim, err := signature.ReadPush(c.header, signature.Recipient{DID: to, Method: "POST", Target: "/hook?x=%2F", ContentType: "text/plain"})
	if err != nil || claim.Signer != w.self || claim.Scheme != signature.Push1 {
		t.Fatalf("%+v, %v", claim, err)
	}
	if _, err := claim.Verify(w.key.PublicKey(), []byte(c.body)); err != nil {
		t.Error(err)
	}
	if at, err := claim.Timestamp(); err != nil || at != w.clock.time().Unix() {
		t.Errorf("signed at %d, %v", at, err)
	}
	w.until("nothing is to come", func() bool { w.pass(time.Minute, s); return !s.Armed() })
}

// TestOwnersWithoutADIDGetNoSignature: nobody could be named as its recipient.
func TestOwnersWithoutADIDGetNoSignature(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	w.submit("oauth:issuer:client:sub", h.URL, nil)
	w.start(nil)
	w.until("the event", func() bool { return len(h.told()) == 1 })
	for _, name := range signature.HeaderNames() {
		if v := h.last().header.Get(name); v != "" {
			t.Errorf("%s: %s", name, v)
		}
	}
}

// TestFormsThatWantTheTask: it is as it was after the event, and other events are passed over.
func TestFormsThatWantTheTask(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	id := w.submit(alice, h.URL, func(p *task.NewPush) { p.Form = "whole" })
	w.move(alice, id, a2a.TaskStateWorking)
	s := w.start(nil)
	w.until("the first state", func() bool { return len(h.told()) == 1 })
	w.move(alice, id, a2a.TaskStateCompleted)
	s.News(alice, id)
	w.until("the last state", func() bool { return len(h.told()) == 2 })
	if got := fmt.Sprint(h.told()); got != "[TASK_STATE_WORKING 0 artifacts TASK_STATE_COMPLETED 1 artifacts]" {
		t.Errorf("told %s", got)
	}
}

// TestSendersNeedWhatTheyNeed: and say so.
func TestSendersNeedWhatTheyNeed(t *testing.T) {
	t.Parallel()
	if _, err := push.New(push.Config{}); err == nil {
		t.Error("a sender of nothing")
	}
}
