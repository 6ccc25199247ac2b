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
	DID           string          `json:"did,omitempty"`      // who answered
	Protocol      card.Dialect    `json:"protocol,omitempty"` // and in which protocol
	Card          *outcomeCard    `json:"card,omitempty"`
	TaskID        string          `json:"taskId,omitempty"`
	ContextID     string          `json:"contextId,omitempty"`
	State         peer.State      `json:"state,omitempty"`
	Text          string          `json:"text,omitempty"`
	StatusMessage string          `json:"statusMessage,omitempty"`
	Reply         json.RawMessage `json:"reply,omitempty"` // as it came
	Error         *outcomeError   `json:"error,omitempty"`
}

// outcomeCard is what the signature of the peer's card proves.
type outcomeCard struct {
	Signature peer.CardState `json:"signature"`
	Key       string         `json:"key,omitempty"`     // that verified it
	Voucher   peer.Voucher   `json:"voucher,omitempty"` // who says that it is the peer's
}

type outcomeError struct {
	Reason    string `json:"reason,omitempty"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Status    int    `json:"status,omitempty"` // of the refusal
	Code      int    `json:"code,omitempty"`
	Gate      string `json:"gate,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	Proved    bool   `json:"proved,omitempty"` // the peer signed its refusal
}

func (f callFlags) printOutcome(out io.Writer, p peer.Peer, r peer.Reply, err error) error {
	o := outcome{
		DID: p.DID.String(), Protocol: p.Protocol,
		TaskID: r.TaskID, ContextID: r.ContextID, State: r.State, Text: r.Text, StatusMessage: r.StatusMessage, Reply: r.Raw,
	}
	if p.Card.State != "" {
		o.Card = &outcomeCard{p.Card.State, p.Card.KeyID, p.Card.Voucher}
	}
	if err != nil {
		o.Error = describeError(err)
	}
	if f.streams {
		return cli.PrintJSONLine(out, o)
	}
	return cli.PrintJSON(out, o)
}

func describeError(err error) *outcomeError {
	reason, hint := diagnose(worded(err))
	e := &outcomeError{Reason: reason, Message: err.Error(), Hint: hint}
	if refusal, ok := errors.AsType[*peer.Refusal](err); ok {
		e.Status, e.Code, e.Gate, e.RequestID, e.Proved = refusal.Status, refusal.Code, refusal.Gate, refusal.RequestID, refusal.Proved
	}
	return e
}
