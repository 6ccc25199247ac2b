package a2a

import (
	"errors"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/task"
)

// decode reads the parameters of a method, in one spelling. Member names are
// matched by exact case and unknown members are ignored.
func decode(params jsontext.Value, into any) error {
	if params == nil {
		return invalidParams("params are required")
	}
	err := freeform.UnmarshalStrict(params, into)
	if err == nil {
		return nil
	}
	at := "params"
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		at = place(semantic.JSONPointer)
	}
	for _, known := range []error{freeform.ErrPart, freeform.ErrInteger, freeform.ErrRange} {
		if errors.Is(err, known) {
			return invalidParams(at + ": " + known.Error())
		}
	}
	if semantic != nil {
		return invalidParams(at + " " + wanted(semantic))
	}
	return invalidParams("params have a wrong type or value")
}

func invalidParams(message string) error {
	return &task.Refusal{Err: a2a.ErrInvalidParams, Reason: "params_invalid", Message: message}
}
