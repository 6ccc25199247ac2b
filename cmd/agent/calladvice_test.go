package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/task"
)

// Errors of the protocol come without a hint. None advises what another refuses.
func TestErrorsOfTasksSayHowToGoOn(t *testing.T) {
	for _, err := range []error{task.ErrNotFound, task.ErrEnded, task.ErrNotCancelable, task.ErrNothingToCome, task.ErrBusy} {
		refused, _ := errors.AsType[*task.Refusal](err)
		reason, hint := diagnose(&peer.Refusal{Status: 200, Reason: refused.Reason, Message: refused.Message})
		if reason != refused.Reason || hint == "" {
			t.Errorf("%s: %q", reason, hint)
		}
		if strings.Contains(refused.Message, "or has ended") {
			t.Errorf("%s: a task that has ended takes no message: %s", reason, refused.Message)
		}
	}
	if _, hint := diagnose(&peer.Refusal{Reason: "task_ended", Hint: "its own"}); hint != "its own" {
		t.Errorf("the hint of the peer became %q", hint)
	}
}
