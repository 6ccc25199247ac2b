package task

import (
	"context"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Sizes of a page of tasks (A2A section 3.1.4).
const (
	defaultPageSize = 50
	maxPageSize     = 100
	maxPageBytes    = 4 << 20
)

// GetTask implements A2A 1.0 section 3.1.3.
func (s *Service) GetTask(ctx context.Context, req *a2a.GetTaskRequest) (*a2a.Task, error) {
	_, owner, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	history, err := historyLength(req.HistoryLength)
	if err != nil {
		return nil, err
	}
	if err := checkTaskID(req.ID); err != nil {
		return nil, err
	}
	t, err := s.store.Get(ctx, owner, string(req.ID), history)
	if err != nil {
		return nil, err
	}
	return asTask(t), nil
}

// ListTasks implements A2A 1.0 section 3.1.4. Without a historyLength the
// tasks of a list carry no history.
func (s *Service) ListTasks(ctx context.Context, req *a2a.ListTasksRequest) (*a2a.ListTasksResponse, error) {
	_, owner, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	filter, err := listFilter(owner, req)
	if err != nil {
		return nil, err
	}
	page, err := s.store.List(ctx, owner, filter)
	if err != nil {
		return nil, err
	}
	if page.Tasks == nil {
		page.Tasks = []*a2a.Task{} // [] on the wire, not null
	}
	return &a2a.ListTasksResponse{
		Tasks:         page.Tasks,
		TotalSize:     page.Total,
		PageSize:      filter.Limit,
		NextPageToken: pageToken(owner, filter, page.Next),
	}, nil
}

func listFilter(owner string, req *a2a.ListTasksRequest) (Filter, error) {
	f := Filter{ContextID: req.ContextID, State: req.Status, Limit: req.PageSize, MaxBytes: maxPageBytes, Artifacts: req.IncludeArtifacts}
	if f.Limit == 0 {
		f.Limit = defaultPageSize
	}
	if f.Limit < 1 || f.Limit > maxPageSize {
		return Filter{}, invalid("pageSize must be between 1 and %d", maxPageSize)
	}
	if blank(f.ContextID) {
		return Filter{}, invalid("contextId must not be blank")
	}
	if !validID(f.ContextID) {
		return Filter{}, invalid("contextId must be at most %d bytes of printable text", maxIDLength)
	}
	if !knownState(f.State) {
		return Filter{}, invalid("status must be a task state such as %q or %q", a2a.TaskStateWorking, a2a.TaskStateCompleted)
	}
	if req.StatusTimestampAfter != nil {
		f.Since = req.StatusTimestampAfter.UTC()
	}
	if req.HistoryLength != nil {
		n, err := historyLength(req.HistoryLength)
		if err != nil {
			return Filter{}, err
		}
		f.History = n
	}
	after, err := parsePageToken(owner, f, req.PageToken)
	f.After = after
	return f, err
}

func knownState(s a2a.TaskState) bool {
	switch s {
	case a2a.TaskStateUnspecified, a2a.TaskStateSubmitted, a2a.TaskStateWorking, a2a.TaskStateCompleted,
		a2a.TaskStateFailed, a2a.TaskStateCanceled, a2a.TaskStateRejected,
		a2a.TaskStateInputRequired, a2a.TaskStateAuthRequired:
		return true
	}
	return false
}

// checkTaskID refuses what no task can have as its id, as a store would.
func checkTaskID(id a2a.TaskID) error {
	switch {
	case id == "" || blank(string(id)):
		return invalid("the task's id is required and must not be blank")
	case !validID(string(id)):
		return ErrNotFound
	}
	return nil
}
