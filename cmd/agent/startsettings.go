package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

// completeSettings reads the settings of a start. Where some are wrong, the error
// also has what is wrong with files, directory and ports that depend on none of
// these: whoever mends the one should not meet the other afterwards.
func completeSettings(ctx context.Context) (settings.Settings, error) {
	set, err := settings.Load(settings.Options{})
	if err == nil {
		return set, nil
	}
	return settings.Settings{}, cli.Usage(withOthers(ctx, err))
}

// withOthers adds to the faults of settings what else a start would meet.
func withOthers(ctx context.Context, err error) error {
	k := knowledge{faulty: map[string]bool{}, source: map[string]settings.Source{}}
	all := &settings.Error{}
	for range 2 { // what a line of .env hid comes to light the second time
		var faults *settings.Error
		if !errors.As(err, &faults) {
			return err
		}
		all.Faults = append(all.Faults, faults.Faults...)
		k.blame(faults.Faults)
		set, again := settings.Load(settings.Options{Environ: k.without(environ()), SkipDotEnv: true, AllowIncomplete: true})
		if err = again; err != nil {
			continue
		}
		for _, row := range set.Describe() {
			k.source[row.Name] = row.Source
		}
		return errors.Join(all, agent.PreflightKnown(ctx, set, k.known))
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
		_, exists := k.source[strings.TrimSuffix(variable, "_FILE")]
		if !ours || strings.EqualFold(of, section) && (rest == "" || !exists) {
			return false
		}
	}
	return true
}
