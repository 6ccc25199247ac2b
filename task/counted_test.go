package task_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// counted is a store that remembers what was written to it.
type counted struct {
	task.Store
	alone, whole, ends atomic.Int64 // messages without and with an outcome, and transitions
}

func (c *counted) Submit(ctx context.Context, s task.Submission) (task.Submitted, error) {
	if s.Outcome == nil {
		c.alone.Add(1)
	} else {
		c.whole.Add(1)
	}
	return c.Store.Submit(ctx, s)
}

func (c *counted) Transition(ctx context.Context, owner, id string, t task.Transition) error {
	c.ends.Add(1)
	return c.Store.Transition(ctx, owner, id, t)
}

func newCounted(t *testing.T, cfg task.Config) (*task.Service, *counted) {
	t.Helper()
	c := &counted{Store: openStore(t, filepath.Join(t.TempDir(), "dir"))}
	cfg.Store = c
	s, err := task.NewService(tasktest.Sized(cfg))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := errors.Join(s.Close(limit), c.Store.(interface{ Close() error }).Close()); err != nil {
			t.Error(err)
		}
	})
	return s, c
}

// answers is an executor that may be asked twice. It takes so long as the message says.
func answers(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
	switch text := req.Text(); text {
	case "panic":
		panic("told to")
	case "refuse":
		return task.Result{}, &task.Failure{Reason: "refused", Text: "no"}
	case "ask":
		return task.Result{InputRequired: true, Text: "what?"}, nil
	case "say":
		return task.Result{Message: &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart("said")}}}, nil
	case "large":
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart(strings.Repeat("x", 2000))}}, false)
	case "for ever":
		<-ctx.Done()
		return task.Result{}, context.Cause(ctx)
	default:
		d, _ := time.ParseDuration(text)
		time.Sleep(d)
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart(text)}}, false)
	}
}
