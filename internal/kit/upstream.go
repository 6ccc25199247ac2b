package main

import (
	"context"
	"iter"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"

	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/task"
)

// askedFor is the metadata in which a plain agent finds the id that a kit gave a message:
// in front of it messages get others.
const askedFor = "kit"

// behind runs executor e as a plain agent of the official SDK, and returns an executor in
// front of that.
func behind(ctx context.Context, e executor) (task.Executor, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	at := "http://" + l.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("/", a2asrv.NewJSONRPCHandler(a2asrv.NewHandler(plain{e})))
	mux.Handle(a2asrv.WellKnownAgentCardPath, a2asrv.NewStaticAgentCardHandler(&a2a.AgentCard{
		Name: "plain", Description: "a plain agent", Version: "1", Capabilities: a2a.AgentCapabilities{Streaming: true},
		SupportedInterfaces: []*a2a.AgentInterface{a2a.NewAgentInterface(at, a2a.TransportProtocolJSONRPC)},
		DefaultInputModes:   []string{"text/plain"}, DefaultOutputModes: []string{"text/plain"}, Skills: []a2a.AgentSkill{},
	}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(l) }() // until ctx ends
	u, err := upstream.New(upstream.Config{URL: at, Timeout: time.Minute, AnswerLimit: maxBody, Logger: slog.Default()})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = u.Close() })
	return tagged{u}, nil
}

// tagged tells the executor behind it what the kit called a message.
type tagged struct{ next task.Executor }

// Execute implements [task.Executor].
func (t tagged) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	m := *req.Message
	if m.Metadata = maps.Clone(m.Metadata); m.Metadata == nil {
		m.Metadata = make(map[string]any)
	}
	m.Metadata[askedFor] = m.ID
	req.Message = &m
	return t.next.Execute(ctx, req, emit)
}

// plain is an executor as the official SDK wants one.
type plain struct{ executor }

// Execute implements [a2asrv.AgentExecutor].
func (p plain) Execute(ctx context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	m := *x.Message
	if id, ok := m.Metadata[askedFor].(string); ok {
		m.ID = id
	}
	plan := p.plan(task.Request{Message: &m})
	return func(yield func(a2a.Event, error) bool) {
		if said := plan.result.Message; said != nil {
			yield(a2a.NewMessage(a2a.MessageRoleAgent, said.Parts...), nil)
			return
		}
		if x.StoredTask == nil && !yield(a2a.NewSubmittedTask(x, x.Message), nil) || !yield(a2a.NewStatusUpdateEvent(x, a2a.TaskStateWorking, nil), nil) {
			return
		}
		begun := false
		for _, s := range plan.steps {
			if sleep(ctx, s.wait) != nil {
				return
			}
			if s.artifact == nil {
				continue
			}
			event := a2a.NewArtifactEvent(x, s.artifact.Parts...)
			event.Artifact.ID, event.Append, event.LastChunk = s.artifact.ID, begun, !s.more
			if begun = true; !yield(event, nil) {
				return
			}
		}
		yield(a2a.NewStatusUpdateEvent(x, plan.state(), plan.says(x)), nil)
	}
}

// Cancel implements [a2asrv.AgentExecutor].
func (plain) Cancel(_ context.Context, x *a2asrv.ExecutorContext) iter.Seq2[a2a.Event, error] {
	return func(yield func(a2a.Event, error) bool) {
		yield(a2a.NewStatusUpdateEvent(x, a2a.TaskStateCanceled, nil), nil)
	}
}

// state is what a task of the plan rests in.
func (p plan) state() a2a.TaskState {
	switch {
	case p.err != nil:
		return a2a.TaskStateRejected // no plan fails otherwise
	case p.result.InputRequired:
		return a2a.TaskStateInputRequired
	}
	return a2a.TaskStateCompleted
}

// says is what comes beside that state.
func (p plan) says(x *a2asrv.ExecutorContext) *a2a.Message {
	said := p.result.Text
	if p.err != nil {
		said = p.err.Error()
	}
	if said == "" {
		return nil
	}
	return a2a.NewMessageForTask(a2a.MessageRoleAgent, x, a2a.NewTextPart(said))
}
