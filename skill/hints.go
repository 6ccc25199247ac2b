package skill

import "strings"

// hints say of each member of a question what it has to be. None repeats what a
// caller wrote.
var hints = map[string]string{
	"task_summary":      "task_summary is a text that says what is to be done.",
	"task_details":      "task_details is a text.",
	"input_mime_types":  "input_mime_types is a list of at most 32 media types, each a text.",
	"output_mime_types": "output_mime_types is a list of at most 32 media types, each a text.",
	"required_tools":    "required_tools is a list of at most 32 names of tools, each a text.",
	"forbidden_tools":   "forbidden_tools is a list of at most 32 names of tools, each a text.",
	"max_latency_ms":    "max_latency_ms is a number above 0.",
	"max_cost_amount":   `max_cost_amount is a decimal number such as "0.001", without a sign or a unit.`,
	"min_score":         "min_score is a number from 0 to 1.",
	"weights":           "weights is an object of numbers.",
}

// wrong refuses a question because of one of its members.
func wrong(member string) *unanswered { return invalid(hints[member]) }

// wrongWeight refuses a question because of one of its weights.
func wrongWeight(name string) *unanswered {
	return invalid("weights." + name + " is a number from 0 to 1000000.")
}

// wrongType refuses a question whose member at a JSON Pointer has another type.
// Members that are not read are not looked at, so that it is one of ours.
func wrongType(pointer string) *unanswered {
	path := strings.Split(pointer, "/")
	if len(path) < 2 || hints[path[1]] == "" {
		return invalid("") // the word's own hint shows the form
	}
	if path[1] == "weights" && len(path) > 2 {
		return wrongWeight(path[2])
	}
	return wrong(path[1])
}
