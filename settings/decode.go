package settings

import (
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decode sets the field from text that came under the given name and returns
// what is wrong with it, or "". On a problem the field keeps its value.
func (f field) decode(text, name string) (problem string) {
	switch {
	case f.isSecret():
		f.value.Set(reflect.ValueOf(NewSecret(text)))
		return ""
	case f.value.Type() == durationType:
		return f.decodeDuration(text, unitOf(name))
	case f.choices() != nil:
		return f.decodeChoice(text)
	case f.tag.Get("form") == "argv":
		return f.decodeArgv(text)
	}
	switch f.value.Kind() {
	case reflect.Bool:
		return f.decodeBool(text)
	case reflect.Int, reflect.Int64:
		return f.decodeInt(text)
	case reflect.Float64:
		return f.decodeFloat(text)
	case reflect.Slice:
		return f.decodeList(text)
	case reflect.Map:
		return f.decodeMap(text)
	default:
		return f.decodeString(text)
	}
}

func (f field) decodeString(text string) string {
	text, problem := applyRule(f.tag.Get("rule"), text)
	if problem == "" {
		f.value.SetString(text)
	}
	return problem
}

// decodeChoice sets an enumeration; case does not matter, as it does not for
// the reference's log levels.
func (f field) decodeChoice(text string) string {
	word := strings.ToLower(text)
	if f.value.Type() == levelType && word == "warning" {
		word = "warn"
	}
	for _, choice := range f.choices() {
		if word != choice {
			continue
		}
		if level, ok := f.value.Addr().Interface().(*slog.Level); ok {
			if err := level.UnmarshalText([]byte(word)); err != nil {
				return "is not a log level"
			}
			return ""
		}
		f.value.SetString(choice)
		return ""
	}
	return "must be one of " + strings.Join(f.choices(), ", ") + didYouMean(text, f.choices())
}

// decodeBool understands the words the reference's settings library does.
func (f field) decodeBool(text string) string {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on", "t", "y":
		f.value.SetBool(true)
	case "false", "0", "no", "off", "f", "n":
		f.value.SetBool(false)
	default:
		return "must be true or false"
	}
	return ""
}

func (f field) decodeInt(text string) string {
	parse, kind := parseInt, "a whole number"
	if f.tag.Get("unit") == "bytes" {
		parse, kind = parseBytes, "a size in bytes, or with KiB, MiB or GiB"
	}
	n, ok := parse(text)
	if !ok {
		return "must be " + kind
	}
	if low, ok := parse(f.tag.Get("min")); ok && n < low {
		return "must be at least " + f.tag.Get("min")
	}
	if high, ok := parse(f.tag.Get("max")); ok && n > high {
		return "must be at most " + f.tag.Get("max")
	}
	f.value.SetInt(n)
	return ""
}

func (f field) decodeFloat(text string) string {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return "must be a number"
	}
	if low, err := strconv.ParseFloat(f.tag.Get("min"), 64); err == nil && x < low {
		return "must be at least " + f.tag.Get("min")
	}
	if high, err := strconv.ParseFloat(f.tag.Get("max"), 64); err == nil && x > high {
		return "must be at most " + f.tag.Get("max")
	}
	f.value.SetFloat(x)
	return ""
}

func (f field) decodeDuration(text string, unit time.Duration) string {
	d, ok := parseDuration(text, unit)
	if !ok {
		return fmt.Sprintf("must be a time such as 90s, 5m or 24h, or a number of %s", unitWord(unit))
	}
	if low, ok := parseDuration(f.tag.Get("min"), time.Second); ok && d < low {
		return "must be at least " + showDuration(low)
	}
	if high, ok := parseDuration(f.tag.Get("max"), time.Second); ok && d > high {
		return "must be at most " + showDuration(high)
	}
	f.value.SetInt(int64(d))
	return ""
}

func (f field) decodeArgv(text string) string {
	argv, problem := splitCommand(text)
	if problem == "" {
		f.value.Set(reflect.ValueOf(argv))
	}
	return problem
}

func (f field) decodeList(text string) string {
	words, problem := parseList(text)
	if problem != "" {
		return problem
	}
	for i, word := range words {
		if words[i], problem = applyRule(f.tag.Get("each"), word); problem != "" {
			return fmt.Sprintf("%s: %s", printable(word), problem)
		}
	}
	f.value.Set(reflect.ValueOf(words))
	return ""
}

func (f field) decodeMap(text string) string {
	if f.value.Type().Elem().Kind() == reflect.Slice {
		m, problem := parseListMap(text)
		if problem == "" {
			f.value.Set(reflect.ValueOf(m))
		}
		return problem
	}
	m, problem := parseMap(text)
	if problem == "" && f.tag.Get("rule") == "pins" {
		problem = checkPins(m)
	}
	if problem == "" {
		f.value.Set(reflect.ValueOf(m))
	}
	return problem
}
