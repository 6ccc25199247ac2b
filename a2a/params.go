package a2a

import "strings"

// taskParams are the parameters by which A2A 0.3 (id) and the reference
// (taskId) name a task.
type taskParams struct {
	ID      string `json:"id"`
	TaskID  string `json:"taskId"`
	History *int   `json:"historyLength"`
}

func (p taskParams) id() (string, error) {
	switch {
	case p.ID == "" || p.ID == p.TaskID:
		return required("taskId", p.TaskID)
	case p.TaskID == "":
		return required("id", p.ID)
	}
	return "", invalidParams("id and taskId name different tasks")
}

// contextParams name a context.
type contextParams struct {
	ContextID string `json:"contextId"`
}

func (p contextParams) id() (string, error) { return required("contextId", p.ContextID) }

// listParams bound a list of the reference.
type listParams struct {
	Length  *int `json:"length"`
	History *int `json:"historyLength"`
}

// required returns an id that must be there. White space names nothing.
func required(name, id string) (string, error) {
	if strings.TrimSpace(id) == "" {
		return "", invalidParams(name + " is required and must not be blank")
	}
	return id, nil
}
