// Package spelling has an executor that makes its answer piece by piece.
package spelling

import (
	"context"
	"strings"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// Speller answers a message with its words, one after the other.
type Speller struct {
	Pause time.Duration // between two words
}

// Execute implements [task.Executor].
func (s Speller) Execute(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	words := strings.Fields(req.Text())
	if len(words) == 0 {
		return task.Result{InputRequired: true, Text: "Which words?"}, nil
	}
	for i, text := range words {
		more := i < len(words)-1
		if more {
			text += " "
		}
		piece := &a2a.Artifact{ID: "words", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
		if err := emit(piece, more); err != nil {
			return task.Result{}, err // nobody wants the rest
		}
		if !more {
			break
		}
		select {
		case <-ctx.Done():
			return task.Result{}, context.Cause(ctx)
		case <-time.After(s.Pause):
		}
	}
	return task.Result{}, nil
}
