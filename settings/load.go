package settings

import (
	"cmp"
	"fmt"
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

// Load reads every setting once. The process environment wins over .env, and
// neither is changed. The error is an *[Error] that lists all faults at once;
// with it comes a zero Settings, so that nothing runs on half of them.
func Load(o Options) (Settings, error) {
	dotEnv, warnings, err := readDotEnv(o)
	if err != nil {
		return Settings{}, err
	}
	environ := o.environ()
	l := &loader{
		vars:       merge(dotEnv, environ),
		incomplete: o.AllowIncomplete,
		faulty:     map[string]bool{},
		s:          Settings{sources: map[string]Source{}, warnings: warnings},
	}
	l.fields = fields(&l.s)
	l.decodeAll()
	l.readCommandEnv(dotEnv, environ)
	return l.load()
}

// Defaults returns the settings nobody has touched, for documentation. They are
// incomplete: [Load] would name what is missing.
func Defaults() Settings {
	s, err := Load(Options{Environ: []string{}, SkipDotEnv: true, AllowIncomplete: true})
	if err != nil {
		return Settings{} // a default that does not decode; the tests rule it out
	}
	return s
}

// loader is one run of Load.
type loader struct {
	vars       variables
	incomplete bool
	fields     []field
	s          Settings
	faults     []Fault
	faulty     map[string]bool // by the setting's first name
}

// load judges what was decoded.
func (l *loader) load() (Settings, error) {
	l.checkNames()
	l.checkReference()
	l.derive()
	if !l.incomplete {
		l.checkComplete()
	}
	l.adviseAll()
	if len(l.faults) > 0 {
		l.sortFaults()
		return Settings{}, &Error{Faults: l.faults}
	}
	return l.s, nil
}

// sortFaults puts the faults in the order of the settings.
func (l *loader) sortFaults() {
	known := knownNames(l.fields)
	place := func(f Fault) int {
		if i := slices.Index(known, f.Variable); i >= 0 {
			return i
		}
		return len(known)
	}
	slices.SortStableFunc(l.faults, func(a, b Fault) int { return cmp.Compare(place(a), place(b)) })
}

// decodeAll gives each field its default and then what was set.
func (l *loader) decodeAll() {
	for _, f := range l.fields {
		if def := f.tag.Get("default"); def != "" {
			if problem := f.decode(def, f.name); problem != "" {
				l.fault(f, variable{name: f.name, value: def, source: SourceDefault}, problem)
			}
		}
		v, contradicts := l.vars.find(f.names())
		for _, other := range contradicts {
			l.fault(f, other, fmt.Sprintf("contradicts %s, which means the same: keep one of them", v.name))
		}
		v = l.fromFile(f, v)
		if v.value == "" {
			continue
		}
		if problem := f.decode(v.value, v.name); problem != "" {
			l.fault(f, v, problem)
			continue
		}
		l.s.sources[f.name] = v.source
	}
}

// fromFile replaces v by the content of the file that NAME_FILE names, if any.
func (l *loader) fromFile(f field, v variable) variable {
	named, ok := l.vars[f.fileName()]
	if !ok || named.value == "" || f.fileName() == "" {
		return v
	}
	if v.value != "" && v.source == named.source {
		l.fault(f, v, fmt.Sprintf("is set beside %s: keep one of them", named.name))
		return variable{}
	}
	if v.value != "" && v.source == SourceEnvironment {
		return v
	}
	content, err := readSmallFile(named.value)
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

// fault notes what is wrong with the variable that set f.
func (l *loader) fault(f field, v variable, problem string) {
	if v.value == "" {
		v = variable{name: f.name, source: SourceDefault}
	}
	l.faulty[f.name] = true
	l.faults = append(l.faults, Fault{
		Variable: v.name, Value: f.show(v.value), Source: v.source,
		Problem: problem, Example: f.example(),
	})
}

// faultAbout notes what is wrong with a setting in the light of others, unless
// that setting is known to be faulty already.
func (l *loader) faultAbout(name, problem string) {
	for _, f := range l.fields {
		if f.name == name && !l.faulty[name] {
			v, _ := l.vars.find(f.names())
			l.fault(f, v, problem)
		}
	}
}

// warn notes a choice the operator should know about.
func (l *loader) warn(format string, args ...any) {
	l.s.warnings = append(l.s.warnings, fmt.Sprintf(format, args...))
}
