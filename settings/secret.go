package settings

import (
	"fmt"
	"log/slog"
)

// redacted stands for every secret, set or long or short alike.
const redacted = "********"

// Secret is a value that shows itself only to [Secret.Reveal]. Printed with any
// verb, marshalled or logged it is a row of stars, or nothing when it is empty.
type Secret struct{ value string }

// NewSecret wraps value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value itself. Do not print, wrap or log what it returns.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == "" }

// String implements fmt.Stringer with stars.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return redacted
}

// GoString implements fmt.GoStringer with stars.
func (s Secret) GoString() string { return "settings.Secret(" + s.String() + ")" }

// Format implements fmt.Formatter, because verbs such as %d would otherwise
// print the field behind String's back.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		fmt.Fprint(f, s.GoString())
		return
	}
	fmt.Fprint(f, s.String())
}

// MarshalText implements encoding.TextMarshaler with stars.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer with stars.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
