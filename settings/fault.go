package settings

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// ErrInvalid is what every [Error] is, for errors.Is.
var ErrInvalid = errors.New("invalid settings")

// Fault is one thing that is wrong with one variable.
type Fault struct {
	Variable string `json:"variable"`          // the name as it was read
	Value    string `json:"value,omitempty"`   // the value seen; stars for a secret, empty if none was set
	Problem  string `json:"problem"`           // what is wrong and what to do
	Example  string `json:"example,omitempty"` // a line that would be right
	Source   Source `json:"source"`            // where the value came from
}

// String puts the fault on one line.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.Variable)
	if f.Value != "" {
		fmt.Fprintf(&b, "=%s", f.Value)
	}
	if f.Source == SourceDotEnv {
		b.WriteString(" (in .env)")
	}
	fmt.Fprintf(&b, ": %s", f.Problem)
	if f.Example != "" {
		fmt.Fprintf(&b, " (for example %s)", f.Example)
	}
	return b.String()
}

// Error holds every fault that was found, in the order of the settings, unknown
// names last. It is [ErrInvalid] for errors.Is.
type Error struct{ Faults []Fault }

// Error lists the faults, one a line.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Faults)+1)
	lines = append(lines, fmt.Sprintf("%v, %d in all:", ErrInvalid, len(e.Faults)))
	for _, f := range e.Faults {
		lines = append(lines, "  "+f.String())
	}
	return strings.Join(lines, "\n")
}

// Is makes every Error an ErrInvalid.
func (e *Error) Is(target error) bool { return target == ErrInvalid }

// maxShown is how much of a value a fault or a listing repeats.
const maxShown = 200

// printable returns value as one printable line without a password: what an
// operator typed may hold control characters, and a URL may hold credentials.
func printable(value string) string {
	value = maskUserinfo(value)
	if cut := []rune(value); len(cut) > maxShown {
		value = string(cut[:maxShown]) + "…"
	}
	if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", value)
	}
	return value
}

// maskUserinfo hides what stands between each :// and the last @ after it,
// unless the value is one URL that has its @ elsewhere.
func maskUserinfo(value string) string {
	parts := strings.Split(value, "://")
	if len(parts) == 2 {
		if u, err := url.Parse(value); err == nil && u.Host != "" && u.User == nil {
			return value
		}
	}
	for i, part := range parts[1:] {
		if at := strings.LastIndex(part, "@"); at >= 0 {
			parts[i+1] = redacted + part[at:]
		}
	}
	return strings.Join(parts, "://")
}
