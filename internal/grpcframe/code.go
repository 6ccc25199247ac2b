package grpcframe

// Code is a google.rpc.Code.
type Code int

// OK is the code of an answer that is no error.
const OK Code = 0

// names are those of the codes, by their number.
var names = [...]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
	"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// unknown is the code of what has no other.
const unknown = 2

// CodeOf returns the code of a name, and that of UNKNOWN for a text that is none.
func CodeOf(name string) Code {
	for i, n := range names {
		if n == name {
			return Code(i)
		}
	}
	return unknown
}

// String returns the name of a code.
func (c Code) String() string {
	if c < 0 || int(c) >= len(names) {
		return names[unknown]
	}
	return names[c]
}
