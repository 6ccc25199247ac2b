package settings

import (
	"slices"
	"strings"
)

// judged tells the variables that are read here from those of other programs.
func judged(commandEnv []string) func(name string) bool {
	sections := prefixes(everyField())
	return func(name string) bool {
		return slices.Contains(commandEnv, name) ||
			slices.ContainsFunc(sections, func(p string) bool { return strings.HasPrefix(name, p) })
	}
}

// ambiguous finds a variable of ours whose value a shell that sources the file,
// or another reader of it, would read differently.
func ambiguous(all []statement, vars map[string]string, ours func(name string) bool) (line int, problem string) {
	times := map[string]int{}
	for _, s := range all {
		for name := range s.vars {
			times[name]++
		}
	}
	settled := func(name string) bool { return times[name] == 1 }
	for _, s := range all {
		if s.sets(ours) {
			if problem := s.differs(vars, settled); problem != "" {
				return s.line, problem
			}
		}
	}
	return 0, ""
}
