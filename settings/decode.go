package settings

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/kelseyhightower/envconfig"
)

// environment is held by whoever reads or writes settings in the process
// environment, which is the only place where envconfig looks.
var environment sync.Mutex

// choose finds the variable that sets each field, by the field's name: under
// one of its names, or in the file that its _FILE variable names.
func (l *loader) choose() {
	for _, f := range l.fields {
		v, contradicts := l.vars.find(f.names())
		for _, other := range contradicts {
			l.note(f, other, fmt.Sprintf("contradicts %s, which means the same: keep one of them", v.name))
		}
		v = l.fromFile(f, v)
		if v.value == "" {
			continue // set to nothing is not set
		}
		l.chosen[f.name] = v
	}
}

// decode has envconfig decode every section, and notes all faults.
func (l *loader) decode() {
	defer l.expose()()
	structs, _ := sections(l.root)
	for _, s := range structs {
		l.process(s)
	}
}

// process decodes one section. The first fault ends envconfig's run, so the
// faulty variable is taken away and the section decoded again.
func (l *loader) process(s section) {
	for {
		f, wrong, found := firstFault(s)
		if !found {
			return
		}
		v, given := l.chosen[f.name]
		if !given { // the default itself; the tests rule it out
			l.note(f, variable{name: f.name, value: f.tag.Get("default"), source: SourceDefault}, wrong)
			return
		}
		l.note(f, v, wrong)
		delete(l.chosen, f.name)
		f.value.SetZero()
		_ = os.Unsetenv(f.name) // fails for no name without a NUL
	}
}

// firstFault decodes the section and says what is wrong with the first field
// that cannot be decoded or lies outside its range.
func firstFault(s section) (f field, wrong string, found bool) {
	err := envconfig.Process("", s)
	all := fieldsOf(s)
	if err == nil {
		return outOfRange(s, all)
	}
	var parse *envconfig.ParseError // its text repeats the value, secrets included
	if !errors.As(err, &parse) {
		return all[0], "cannot be decoded: " + err.Error(), true
	}
	wrong = "cannot be read"
	if rule, ok := errors.AsType[invalid](parse.Err); ok {
		wrong = rule.Error()
	}
	for _, f := range all {
		if f.name == parse.KeyName {
			return f, wrong, true
		}
	}
	return all[0], "cannot be decoded: envconfig knows " + parse.KeyName, true
}

// outOfRange returns the first quantity outside its range. Zero is right where
// it says that the value follows from other settings.
func outOfRange(s section, all []field) (f field, wrong string, found bool) {
	for _, b := range s.ranges() {
		for _, f := range all {
			if f.address() != b.field || f.tag.Get("derived") != "" && f.value.IsZero() {
				continue
			}
			if wrong := b.breached(); wrong != "" {
				return f, wrong, true
			}
		}
	}
	return field{}, "", false
}

// expose puts the chosen values into the process environment, under the names
// of the fields and no other, and returns what puts back what was there.
func (l *loader) expose() (restore func()) {
	type held struct {
		name, value string
		set         bool
	}
	before := make([]held, 0, len(l.fields))
	for _, f := range l.fields {
		value, set := os.LookupEnv(f.name)
		before = append(before, held{f.name, value, set})
		_ = os.Unsetenv(f.name)
		v, ok := l.chosen[f.name]
		if !ok {
			continue
		}
		text, err := v.canonical()
		if err == nil {
			err = setenv(f.name, text)
		}
		if err != nil {
			l.note(f, v, err.Error())
			delete(l.chosen, f.name)
		}
	}
	return func() {
		for _, h := range before {
			if h.set {
				_ = os.Setenv(h.name, h.value)
			} else {
				_ = os.Unsetenv(h.name)
			}
		}
	}
}

func setenv(name, value string) error {
	if os.Setenv(name, value) != nil {
		return invalid("contains a NUL byte")
	}
	return nil
}

// canonical returns the value as the field itself reads it. A number under a
// name of the reference that ends in _HOURS is one of hours.
func (v variable) canonical() (text string, err error) {
	unit := unitOf(v.name)
	if unit == time.Second {
		return v.value, nil
	}
	d, err := decodeDuration(v.value, unit)
	return d.String(), err
}
