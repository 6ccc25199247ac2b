package settings

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Options says where [Load] reads. The zero value reads the process environment
// and the .env file of the working directory.
type Options struct {
	// Environ is the environment as NAME=VALUE lines; nil is os.Environ().
	Environ []string
	// DotEnvPath is the .env file; it has to exist. "" is ./.env if there is one.
	DotEnvPath string
	// SkipDotEnv reads no .env file at all.
	SkipDotEnv bool
	// AllowIncomplete leaves out the checks that everything needed is there and
	// fits together, for commands that only look. What is set must still be
	// right by itself, and misspelt names are still faults.
	AllowIncomplete bool
}

// Load reads every setting of an agent once. The process environment wins over
// .env. While it decodes, Load sets the variables of the settings in the process
// environment to what it was given, and puts back what was there: calls wait
// for each other, and nothing else should set these variables meanwhile.
//
// The error is an *[Error] that lists all faults at once; with it comes a zero
// Settings, so that nothing runs on half of them.
func Load(o Options) (Settings, error) {
	s := new(Settings)
	if err := load(s, o); err != nil {
		return Settings{}, err
	}
	return *s, nil
}

func load(r root, o Options) error {
	environment.Lock()
	defer environment.Unlock()
	dotEnv, warnings, err := readDotEnv(o)
	if err != nil {
		return err
	}
	environ := o.environ()
	l := newLoader(r)
	l.warnings = warnings
	l.vars, l.incomplete = merge(dotEnv, environ), o.AllowIncomplete
	l.choose()
	l.decode()
	for name, v := range l.chosen {
		l.sources[name] = v.source
	}
	r.readOthers(l, dotEnv, environ)
	l.checkNames()
	return l.judge()
}

// Default returns the settings that nobody has touched: [Settings.Validate]
// names what is missing from them, and derives what follows from others.
func Default() Settings {
	s := new(Settings)
	decodeDefaults(s)
	return *s
}

func decodeDefaults(r root) {
	environment.Lock()
	defer environment.Unlock()
	l := newLoader(r)
	l.decode()
	if len(l.faults) > 0 {
		panic(&Error{Faults: l.faults}) // a default breaks its own rule; the tests rule it out
	}
}

// Validate judges settings that a program made, as [Load] judges those of an
// operator: start from [Default] and set fields. Like Load it brings values into
// their normal form and fills in those that are zero and follow from others. The
// error is an *[Error] with all faults; then nothing is changed.
func (s *Settings) Validate() error {
	judged, untouched := *s, Default()
	if err := validate(&judged, &untouched); err != nil {
		return err
	}
	*s = judged
	return nil
}

func validate(r, untouched root) error {
	l := newLoader(r)
	l.warnings = nil
	l.markSet(untouched)
	l.redecode(untouched)
	return l.judge()
}

// loader is one run of Load or Validate.
type loader struct {
	*findings
	vars       variables
	chosen     map[string]variable // what sets each field, by its name
	incomplete bool
	root       root
	fields     []field
	faults     []Fault
	faulty     map[string]bool // by the field's name
}

func newLoader(r root) *loader {
	found := r.found()
	found.sources = maps.Clone(found.sources)
	if found.sources == nil {
		found.sources = map[string]Source{}
	}
	return &loader{findings: found, root: r, fields: fields(r), chosen: map[string]variable{}, faulty: map[string]bool{}}
}

// judge derives what nobody set and looks at the settings together.
func (l *loader) judge() error {
	l.root.judge(l)
	if len(l.faults) > 0 {
		l.sortFaults()
		return &Error{Faults: l.faults}
	}
	return nil
}

// sortFaults puts the faults in the order of the settings.
func (l *loader) sortFaults() {
	known := l.knownNames()
	place := func(f Fault) int {
		if i := slices.Index(known, f.Variable); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortStableFunc(l.faults, func(a, b Fault) int { return cmp.Compare(place(a), place(b)) })
}

// fromFile replaces v by the content of the file that NAME_FILE names, if any.
func (l *loader) fromFile(f field, v variable) variable {
	named, ok := l.vars[f.fileName()]
	if !ok || named.value == "" || f.fileName() == "" {
		return v
	}
	if v.value != "" && v.source == named.source {
		l.note(f, v, fmt.Sprintf("is set beside %s: keep one of them", named.name))
		return variable{}
	}
	if v.value != "" && v.source == SourceEnvironment {
		return v
	}
	content, err := readSmallFile(named.value)
	if f.passes() && errors.Is(err, fs.ErrNotExist) {
		l.warn("%s: there is no file %s, which does no harm once the value has been used; unset it then", named.name, printable(named.value))
		return v
	}
	if err != nil {
		l.faulty[f.name] = true
		l.faults = append(l.faults, Fault{
			Variable: named.name, Value: printable(named.value), Source: named.source,
			Problem: "cannot be read: " + cause(err), Example: named.name + "=/run/secrets/value",
		})
		return variable{}
	}
	return variable{name: named.name, value: content, source: named.source}
}
