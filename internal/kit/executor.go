package main

import (
	"context"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// executor does what the kits ask for by the beginning of a message's id. What it is
// not asked for it completes or, with open, leaves waiting for more.
type executor struct {
	slow time.Duration // how long a task takes that is to be subscribed to
	open bool
}

// step is what an executor does next.
type step struct {
	wait     time.Duration
	artifact *a2a.Artifact
	more     bool
}

// plan is what a message is answered with.
type plan struct {
	steps  []step
	result task.Result
	err    error
}

// Execute implements [task.Executor].
func (e executor) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	p := e.plan(req)
	for _, s := range p.steps {
		if err := sleep(ctx, s.wait); err != nil {
			return task.Result{}, err
		}
		if s.artifact == nil {
			continue
		}
		if err := emit(s.artifact, s.more); err != nil {
			return task.Result{}, err
		}
	}
	return p.result, p.err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// visible is how long a task is worked on for its state to be told.
const visible = 150 * time.Millisecond

// plan finds what a message asks for; the longer beginning counts.
func (e executor) plan(req task.Request) plan {
	best, found := "", plan{}
	for prefix, p := range e.plans() {
		if len(prefix) > len(best) && strings.HasPrefix(req.Message.ID, prefix) {
			best, found = prefix, p
		}
	}
	switch {
	case best != "":
		return found
	case e.open:
		return plan{result: task.Result{InputRequired: true, Text: "What else?"}}
	}
	return one(0, text("echo: "+req.Text()))
}

func (e executor) plans() map[string]plan {
	return map[string]plan{
		"tck-complete-task":           {result: task.Result{Text: "Hello from TCK"}},
		"tck-artifact-text":           one(0, text("Generated text content")),
		"tck-artifact-file":           one(0, file()),
		"tck-artifact-file-url":       one(0, fileURL()),
		"tck-artifact-data":           one(0, a2a.NewDataPart(map[string]any{"key": "value", "count": 42})),
		"tck-message-response":        {result: task.Result{Message: &a2a.Message{Parts: a2a.ContentParts{text("Direct message response")}}}},
		"tck-input-required":          {result: task.Result{InputRequired: true, Text: "What else?"}},
		"tck-reject-task":             {err: &task.Failure{Reason: "content_unsupported", Text: "rejected", Rejected: true}},
		"tck-stream-":                 one(visible, text("Stream hello from TCK")),
		"tck-stream-002":              {result: task.Result{Text: "done"}},
		"tck-stream-artifact-file":    one(visible, file()),
		"tck-stream-artifact-chunked": {steps: []step{{visible, part(text("chunk-1 ")), true}, {visible, part(text("chunk-2")), false}}},
		"test-resubscribe-message-id": {steps: []step{{wait: e.slow}}, result: task.Result{Text: "done"}},
	}
}

func one(wait time.Duration, p *a2a.Part) plan {
	return plan{steps: []step{{wait: wait, artifact: part(p)}}}
}

func part(p *a2a.Part) *a2a.Artifact {
	return &a2a.Artifact{ID: "artifact", Parts: a2a.ContentParts{p}}
}

func text(s string) *a2a.Part { return a2a.NewTextPart(s) }

func file() *a2a.Part {
	p := a2a.NewRawPart([]byte("content"))
	p.Filename, p.MediaType = "output.txt", "text/plain"
	return p
}

func fileURL() *a2a.Part {
	p := a2a.NewFileURLPart("https://example.com/output.txt", "text/plain")
	p.Filename = "output.txt"
	return p
}
