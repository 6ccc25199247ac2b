package main

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// outcome is what "agent call --json" prints.
type outcome struct {
	DID       string          `json:"did,omitempty"`      // who answered
	Protocol  card.Dialect    `json:"protocol,omitempty"` // and in which protocol
	TaskID    string          `json:"taskId,omitempty"`
	ContextID string          `json:"contextId,omitempty"`
	State     peer.State      `json:"state,omitempty"`
	Text      string          `json:"text,omitempty"`
	Reply     json.RawMessage `json:"reply,omitempty"` // as it came
	Error     *outcomeError   `json:"error,omitempty"`
}

type outcomeError struct {
	Reason    string `json:"reason,omitempty"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Status    int    `json:"status,omitempty"` // of the refusal
	Code      int    `json:"code,omitempty"`
	Gate      string `json:"gate,omitempty"`
	RequestID string `json:"requestId,omitempty"`
}

func printOutcome(out io.Writer, p peer.Peer, r peer.Reply, err error) error {
	o := outcome{
		DID: p.DID.String(), Protocol: p.Protocol,
		TaskID: r.TaskID, ContextID: r.ContextID, State: r.State, Text: r.Text, Reply: r.Raw,
	}
	if err != nil {
		o.Error = describeError(err)
	}
	return cli.PrintJSON(out, o)
}

func describeError(err error) *outcomeError {
	reason, hint := diagnose(worded(err))
	e := &outcomeError{Reason: reason, Message: err.Error(), Hint: hint}
	if refusal, ok := errors.AsType[*peer.Refusal](err); ok {
		e.Status, e.Code, e.Gate, e.RequestID = refusal.Status, refusal.Code, refusal.Gate, refusal.RequestID
	}
	return e
}
