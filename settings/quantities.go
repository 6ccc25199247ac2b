package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// The types of settings that are quantities, and of what is on or off.
type (
	// Bool is on or off.
	Bool bool
	// Int is a whole number.
	Int int
	// Float is a number.
	Float float64
	// Bytes is a size.
	Bytes int64
	// Duration is a time.
	Duration time.Duration
)

const (
	kib Bytes = 1 << 10
	mib       = kib << 10
	gib       = mib << 10
)

// String writes the size in the largest unit that divides it.
func (b Bytes) String() string { return showBytes(int64(b)) }

// String writes the time without zero units at its end.
func (d Duration) String() string { return showDuration(time.Duration(d)) }

// String writes the number without an exponent.
func (f Float) String() string { return strconv.FormatFloat(float64(f), 'f', -1, 64) }

// Decode implements envconfig.Decoder. It knows the words that the reference's
// settings library does.
func (b *Bool) Decode(text string) error {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on", "t", "y":
		*b = true
	case "false", "0", "no", "off", "f", "n":
		*b = false
	default:
		return invalid("must be true or false")
	}
	return nil
}

// Decode implements envconfig.Decoder. The number is decimal.
func (i *Int) Decode(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil {
		return invalid("must be a whole number")
	}
	*i = Int(n)
	return nil
}

// Decode implements envconfig.Decoder. The number is finite.
func (f *Float) Decode(text string) error {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return invalid("must be a number")
	}
	*f = Float(x)
	return nil
}

// Decode implements envconfig.Decoder.
func (b *Bytes) Decode(text string) error {
	n, ok := parseBytes(text)
	if !ok {
		return invalid("must be a size in bytes, or with KiB, MiB or GiB")
	}
	*b = Bytes(n)
	return nil
}

// Decode implements envconfig.Decoder. A plain number is one of seconds.
func (d *Duration) Decode(text string) error {
	parsed, err := decodeDuration(text, time.Second)
	if err == nil {
		*d = parsed
	}
	return err
}

func decodeDuration(text string, unit time.Duration) (Duration, error) {
	d, ok := parseDuration(text, unit)
	if !ok {
		return 0, invalid(fmt.Sprintf("must be a time such as 90s, 5m or 24h, or a number of %s", unitWord(unit)))
	}
	return Duration(d), nil
}

// bounds is the range of one quantity.
type bounds struct {
	field     any    // its address in Settings
	low, high string // as they are shown
	breached  func() string
}

// within bounds a quantity by least and most.
func within[T interface {
	~int | ~int64 | ~float64
}](field *T, least, most T) bounds {
	b := bounds{field: field, low: fmt.Sprint(least), high: fmt.Sprint(most)}
	b.breached = func() string {
		switch {
		case *field < least:
			return "must be at least " + b.low
		case *field > most:
			return "must be at most " + b.high
		}
		return ""
	}
	return b
}

// lasts bounds a time.
func lasts(field *Duration, least, most time.Duration) bounds {
	return within(field, Duration(least), Duration(most))
}
