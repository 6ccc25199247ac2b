package upstream

import (
	"errors"
	"slices"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/sse"
	"github.com/getbindu/bindu-go/task"
)

// Where the upstream's ids of a task are kept that waits for input: in the metadata of
// what is said there, which executors find in the history.
const (
	keyTask    = "upstream.taskId"
	keyContext = "upstream.contextId"
	// keyTold has what was told of the task's artifacts: tasks that go on have those of before.
	keyTold = "upstream.told"
)

// recall finds the upstream's ids of a task that waited for input.
func (r *run) recall() {
	for _, m := range slices.Backward(r.req.History) {
		if m.Role != a2a.MessageRoleAgent {
			continue
		}
		r.taskID, _ = m.Metadata[keyTask].(string)
		r.contextID, _ = m.Metadata[keyContext].(string)
		r.out.recall(m.Metadata[keyTold], r.message().ID)
		return
	}
}

// result is what becomes of the task. An error is the upstream's verdict.
func (r *run) result() (task.Result, error) {
	if r.answer != nil {
		return r.messageResult(), nil
	}
	switch r.state {
	case a2a.TaskStateCompleted:
		return r.saying(task.Result{}), nil
	case a2a.TaskStateInputRequired, a2a.TaskStateAuthRequired:
		result := r.saying(task.Result{InputRequired: true, Metadata: map[string]any{keyTask: r.taskID, keyContext: r.contextID, keyTold: r.out.told()}})
		if result.Text == "" && len(result.Parts) == 0 {
			result.Text = "The agent needs more from you."
		}
		return result, nil
	case a2a.TaskStateRejected:
		return task.Result{}, r.failure("the agent declined the task", true)
	case a2a.TaskStateCanceled:
		return task.Result{}, r.failure("the agent's backend canceled the task", false)
	}
	return task.Result{}, r.failure("the agent's backend failed while working on the task", false)
}

// messageResult is a message that is the answer. With artifacts there is a task, which has
// the message beside its state.
func (r *run) messageResult() task.Result {
	m := r.answer
	parts := contents(m.Parts)
	if r.out.any() || len(r.req.History) > 0 {
		return task.Result{Parts: parts, Metadata: m.Metadata}
	}
	return task.Result{Message: &a2a.Message{Parts: parts, Metadata: m.Metadata, Extensions: m.Extensions}}
}

// saying adds what the upstream says beside a state.
func (r *run) saying(result task.Result) task.Result {
	if r.said == nil || len(r.said.Parts) == 0 {
		return result
	}
	if text, plain := textOf(r.said); plain {
		result.Text = text
	} else {
		result.Parts = contents(r.said.Parts)
	}
	return result
}

// textOf joins the texts of a message, and reports whether it has nothing else.
func textOf(m *message) (string, bool) {
	var texts []string
	plain := true
	for _, p := range m.Parts {
		if text, ok := p.Content.(a2a.Text); ok {
			texts = append(texts, string(text))
			plain = plain && len(p.Metadata) == 0
		} else {
			plain = false
		}
	}
	return strings.Join(texts, "\n"), plain
}

// failure has the upstream's own words, which it wrote to whoever asked.
func (r *run) failure(text string, rejected bool) *task.Failure {
	if r.said != nil {
		if said, _ := textOf(r.said); oneLine(said) != "" {
			text = oneLine(said)
		}
	}
	return &task.Failure{Reason: "upstream_failed", Text: text, Rejected: rejected}
}

func isTooLong(err error) bool {
	return errors.Is(err, fetch.ErrTooLong) || errors.Is(err, sse.ErrTooLarge)
}
