package cli

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"github.com/getbindu/bindu-go/settings"
)

// Start is how a program reads the settings of a start.
type Start[S interface{ Describe() []settings.Row }] struct {
	Load func(settings.Options) (S, error)
	// Look finds what else a start would meet, of what depends on known settings alone.
	// known is asked with the name of a setting, or for all of a section with its prefix.
	Look func(set S, known func(name string) bool) error
}

// Settings reads the settings of a start. Where some are wrong, the error, which is a
// [*UsageError], also has what is wrong with files, directory and ports that depend on
// none of these: whoever mends the one should not meet the other afterwards.
func (s Start[S]) Settings() (S, error) {
	set, err := s.Load(settings.Options{})
	if err == nil {
		return set, nil
	}
	var none S
	return none, Usage(s.withOthers(err))
}

// withOthers adds to the faults of settings what else a start would meet.
func (s Start[S]) withOthers(err error) error {
	k := knowledge{faulty: map[string]bool{}, source: map[string]settings.Source{}}
	all := &settings.Error{}
	for range 2 { // what a line of .env hid comes to light the second time
		var faults *settings.Error
		if !errors.As(err, &faults) {
			return err
		}
		all.Faults = append(all.Faults, faults.Faults...)
		k.blame(faults.Faults)
		set, again := s.Load(settings.Options{Environ: k.without(environ()), SkipDotEnv: true, AllowIncomplete: true})
		if err = again; err != nil {
			continue
		}
		for _, row := range set.Describe() {
			k.source[row.Name] = row.Source
		}
		return errors.Join(all, s.Look(set, k.known))
	}
	return all
}

// environ is the process environment over what can be read of .env: a line that
// is at fault does not hide the others here.
func environ() []string {
	all := map[string]string{}
	text, _ := os.ReadFile(".env") // its own fault is told already
	for line := range strings.Lines(string(text)) {
		if read, err := godotenv.Unmarshal(line); err == nil {
			for name, value := range read {
				all[name] = value
			}
		}
	}
	if whole, err := godotenv.Unmarshal(string(text)); err == nil {
		all = whole
	}
	list := make([]string, 0, len(all))
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return append(list, os.Environ()...)
}

// knowledge is which settings are as their operator meant them.
type knowledge struct {
	faulty map[string]bool // variables, misspelt ones and .env included
	source map[string]settings.Source
}

func (k knowledge) blame(faults []settings.Fault) {
	for _, f := range faults {
		k.faulty[f.Variable], k.faulty[strings.TrimSuffix(f.Variable, "_FILE")] = true, true
	}
}

// without leaves out the variables that are at fault.
func (k knowledge) without(environ []string) []string {
	return slices.DeleteFunc(environ, func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return k.faulty[name]
	})
}

// known reports whether a setting, or all of a section, is what it would be
// without the faults. One that nobody set may be what a faulty name was meant for.
func (k knowledge) known(name string) bool {
	section, rest, _ := strings.Cut(name, "__")
	if rest != "" && (k.faulty[name] || k.source[name] == settings.SourceEnvironment) {
		return !k.faulty[name]
	}
	for variable := range k.faulty {
		of, _, ours := strings.Cut(variable, "__")
		if !ours || strings.EqualFold(of, section) && (rest == "" || !k.exists(variable)) {
			return false
		}
	}
	return true
}

// exists reports whether a variable is a setting, names the file with one, or was blamed
// with a setting that ends as those do.
func (k knowledge) exists(variable string) bool {
	for _, name := range []string{variable, strings.TrimSuffix(variable, "_FILE"), variable + "_FILE"} {
		if _, ok := k.source[name]; ok {
			return true
		}
	}
	return false
}
