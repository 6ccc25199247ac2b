package backend

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Echo answers every message with its own parts and metadata.
type Echo struct{}

var _ task.Repeatable = Echo{}

// Repeatable implements [task.Repeatable]: the same message has the same echo.
func (Echo) Repeatable(task.Request) bool { return true }

// Execute implements [task.Executor].
func (Echo) Execute(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	parts := make(a2a.ContentParts, len(req.Message.Parts))
	for i, p := range req.Message.Parts {
		parts[i] = &a2a.Part{Content: p.Content, MediaType: p.MediaType, Filename: p.Filename, Metadata: p.Metadata}
	}
	return task.Result{}, emit(&a2a.Artifact{Name: "echo", Parts: parts, Metadata: req.Message.Metadata}, false)
}
