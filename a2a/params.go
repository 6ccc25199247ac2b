package a2a

// taskParams are the parameters by which A2A 0.3 (id) and the reference
// (taskId, in its clients' second attempt task_id) name a task.
type taskParams struct {
	ID           string `json:"id"`
	TaskID       string `json:"taskId"`
	TaskIDSnake  string `json:"task_id"`
	History      *int   `json:"historyLength"`
	HistorySnake *int   `json:"history_length"`
}

func (p taskParams) id() (string, error) {
	return oneName("taskId", p.ID, p.TaskID, p.TaskIDSnake)
}

func (p taskParams) history() (*int, error) {
	return oneLength(p.History, p.HistorySnake)
}

// contextParams name a context.
type contextParams struct {
	ContextID      string `json:"contextId"`
	ContextIDSnake string `json:"context_id"`
}

func (p contextParams) id() (string, error) {
	return oneName("contextId", p.ContextID, p.ContextIDSnake)
}

// listParams bound a list of the reference.
type listParams struct {
	Length       *int `json:"length"`
	History      *int `json:"historyLength"`
	HistorySnake *int `json:"history_length"`
}

func (p listParams) history() (*int, error) {
	return oneLength(p.History, p.HistorySnake)
}

// oneName returns the value that was given under one or more of the accepted
// names; two values would leave open which is meant.
func oneName(name string, values ...string) (string, error) {
	var value string
	for _, v := range values {
		switch {
		case v == "" || v == value:
		case value == "":
			value = v
		default:
			return "", invalidParams(name + " is given twice, with different values")
		}
	}
	if value == "" {
		return "", invalidParams(name + " is required")
	}
	return value, nil
}

func oneLength(values ...*int) (*int, error) {
	var length *int
	for _, v := range values {
		switch {
		case v == nil:
		case length == nil:
			length = v
		case *length != *v:
			return nil, invalidParams("historyLength is given twice, with different values")
		}
	}
	return length, nil
}
