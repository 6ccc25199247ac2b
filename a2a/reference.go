package a2a

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/task"
)

// maxListed bounds the lists of the reference, which have no pages.
const maxListed = 100

// reference carries out the methods that the Python reference agent adds to
// A2A 0.3, with its parameters and the shape of its results.
type reference struct{ tasks *task.Service }

// listTasks answers with an array of tasks, the most recently updated first:
// their state, and as much of their history as was asked for.
func (r reference) listTasks(ctx context.Context, params jsontext.Value) (any, error) {
	p, err := decodeList(params)
	if err != nil {
		return nil, err
	}
	page, err := r.tasks.ListTasks(ctx, &a2a.ListTasksRequest{PageSize: p.length(), HistoryLength: p.History})
	if err != nil {
		return nil, err
	}
	tasks := a2av0.FromV1ListTasksResponse(page).Tasks
	for _, t := range tasks {
		restoreTask(t)
	}
	return tasks, nil
}

// contextEntry is an entry of contexts/list: what the reference answers, and beside it
// what its models require of a context.
type contextEntry struct {
	ContextID string   `json:"context_id"`
	TaskCount int      `json:"task_count"`
	TaskIDs   []string `json:"task_ids"`

	Kind      string   `json:"kind"`
	Role      string   `json:"role"`
	Tasks     []string `json:"tasks"`
	CreatedAt string   `json:"created_at"`
	UpdatedAt string   `json:"updated_at"`
}

func newContextEntry(c task.Context) contextEntry {
	ids := c.TaskIDs
	if ids == nil {
		ids = []string{} // clients of the reference refuse null
	}
	return contextEntry{
		ContextID: c.ID, TaskCount: c.Tasks, TaskIDs: ids,
		Kind: "context", Role: "user", Tasks: ids, CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt),
	}
}

func (r reference) listContexts(ctx context.Context, params jsontext.Value) (any, error) {
	p, err := decodeList(params)
	if err != nil {
		return nil, err
	}
	contexts, err := r.tasks.Contexts(ctx, p.length())
	if err != nil {
		return nil, err
	}
	entries := make([]contextEntry, len(contexts))
	for i, c := range contexts {
		entries[i] = newContextEntry(c)
	}
	return entries, nil
}

func (r reference) clearContext(ctx context.Context, params jsontext.Value) (any, error) {
	var p contextParams
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	id, err := p.id()
	if err != nil {
		return nil, err
	}
	if _, err := r.tasks.ClearContext(ctx, id); err != nil {
		return nil, err
	}
	return map[string]string{"message": "the context and its tasks were cleared", "context_id": id}, nil
}

func (r reference) feedback(ctx context.Context, params jsontext.Value) (any, error) {
	var p struct {
		taskParams
		Feedback string         `json:"feedback"`
		Rating   *int           `json:"rating"`
		Metadata map[string]any `json:"metadata"`
	}
	if err := decode(params, &p); err != nil {
		return nil, err
	}
	id, err := p.id()
	if err != nil {
		return nil, err
	}
	f := task.Feedback{TaskID: id, Text: p.Feedback, Metadata: p.Metadata}
	if p.Rating != nil {
		if *p.Rating < 1 {
			return nil, invalidParams("rating must be between 1 and 5")
		}
		f.Rating = *p.Rating
	}
	if err := r.tasks.Feedback(ctx, f); err != nil {
		return nil, err
	}
	return map[string]string{"message": "feedback stored", "task_id": id}, nil
}

func decodeList(params jsontext.Value) (listParams, error) {
	var p listParams
	if params == nil {
		return p, nil
	}
	if err := decode(params, &p); err != nil {
		return p, err
	}
	if p.Length != nil && *p.Length < 1 {
		return p, invalidParams("length must be at least 1")
	}
	return p, nil
}

func (p listParams) length() int {
	if p.Length == nil {
		return maxListed
	}
	return min(*p.Length, maxListed)
}
