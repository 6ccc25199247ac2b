package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

const dotEnvName = ".env"

// readDotEnv returns the variables of the .env file without touching the
// process environment. What is wrong with the file is an *Error.
func readDotEnv(o Options) (vars map[string]string, warnings []string, err error) {
	path := o.DotEnvPath
	switch {
	case o.SkipDotEnv:
		return nil, nil, nil
	case path == "":
		path = dotEnvName
	}
	content, err := readFile(path)
	if o.DotEnvPath == "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, errDirectory)) {
		return nil, nil, nil // Python programs keep their virtual environment in a directory of that name
	}
	if err != nil {
		return nil, nil, dotEnvError(path, "cannot be read: "+cause(err))
	}
	vars, problem := parseDotEnv(content, o.commandEnv()...)
	if problem != "" {
		return nil, nil, dotEnvError(path, problem)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 && holdsSecret(vars, o.commandEnv()) {
		warnings = append(warnings, fmt.Sprintf("%s holds a secret and other users may read it: chmod 600 %s", path, path))
	}
	return vars, warnings, nil
}

func dotEnvError(path, problem string) error {
	return &Error{Faults: []Fault{{Variable: printable(path), Problem: problem, Source: SourceDotEnv, Example: "MTLS__ENABLED=true"}}}
}

// parseDotEnv reads NAME=VALUE lines, with quotes, comments and export as the
// usual .env parsers know them. The problem names a line, never its content:
// the parser's own message repeats what it could not read, secrets included.
//
// Values are judged that are read here: settings of ours, and the variables for
// the command, which AGENT__COMMAND_ENV names in the file or commandEnv beside it.
func parseDotEnv(content []byte, commandEnv ...string) (vars map[string]string, problem string) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if bytes.IndexByte(content, 0) >= 0 {
		return nil, "is not text: it contains NUL bytes"
	}
	vars, err := godotenv.UnmarshalBytes(content)
	if _, nameless := vars[""]; err != nil || nameless {
		_, line := statements(content)
		return nil, fmt.Sprintf("line %d is not NAME=VALUE, or a quotation mark is missing", line)
	}
	all, faulty := statements(content)
	if faulty > 0 { // the parser found an end to the value, far from where it was meant
		return nil, fmt.Sprintf("line %d is not NAME=VALUE, or a quotation mark is missing", faulty)
	}
	named, _ := parseList(vars[commandEnvName])
	ours := judged(append(named, commandEnv...))
	if line, name := strayReference(all, ours); line > 0 {
		return nil, fmt.Sprintf("line %d inserts $%s, which no earlier line sets; put the value in '…' to keep the $ as it is", line, name)
	}
	if line, problem := ambiguous(all, vars, ours); problem != "" {
		return nil, fmt.Sprintf("line %d %s", line, problem)
	}
	return vars, ""
}

// statement is one NAME=VALUE with the number of the line it begins on. Between
// quotation marks it may go on over several lines.
type statement struct {
	line int
	text string
	vars map[string]string
}

// longestValue is how many lines a statement may have; it bounds the search for
// the faulty line of a broken file.
const longestValue = 200

// statements splits content. If a line begins no statement, it is the faulty one.
func statements(content []byte) (all []statement, faulty int) {
	lines := strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
	for start := 0; start < len(lines); {
		next, length := firstStatement(lines[start:])
		if length == 0 {
			return all, start + 1
		}
		next.line = start + 1
		all = append(all, next)
		start += length
	}
	return all, 0
}

// firstStatement returns the shortest run of lines that the parser accepts, and
// how many lines it has; 0 if there is none.
func firstStatement(lines []string) (first statement, length int) {
	for n := 1; n <= min(len(lines), longestValue); n++ {
		text := strings.Join(lines[:n], "\n")
		vars, err := godotenv.Unmarshal(text)
		if _, nameless := vars[""]; err == nil && !nameless {
			return statement{text: text, vars: vars}, n
		}
	}
	return statement{}, 0
}

// reference is what the parser replaces by the value of an earlier line, or by
// nothing at all if there is none.
var reference = regexp.MustCompile(`(\\)?\$\(?\{?([A-Z0-9_]+)`)

// strayReference finds a setting of ours from which the parser has silently cut
// a $NAME that no earlier line sets, as it would from a password with a $ in it.
func strayReference(all []statement, ours func(name string) bool) (line int, name string) {
	set := map[string]bool{}
	for _, s := range all {
		if s.sets(ours) {
			for _, match := range reference.FindAllStringSubmatch(s.expandable(), -1) {
				if match[1] == "" && !set[match[2]] {
					return s.line, match[2]
				}
			}
		}
		for name := range s.vars {
			set[name] = true
		}
	}
	return 0, ""
}

// sets reports whether the statement sets a variable of ours.
func (s statement) sets(ours func(name string) bool) bool {
	for name := range s.vars {
		if ours(name) {
			return true
		}
	}
	return false
}

// expandable returns the part of the statement in which the parser replaces
// $NAME: all of the value, unless it stands in single quotation marks.
func (s statement) expandable() string {
	_, value, _ := strings.Cut(s.text, "=")
	if strings.HasPrefix(strings.TrimSpace(value), "'") {
		return ""
	}
	return value
}

// holdsSecret reports whether one of the variables sets a secret; those for the
// command are likely to be one.
func holdsSecret(vars map[string]string, commandEnv []string) bool {
	named, _ := parseList(vars[commandEnvName])
	for _, name := range append(named, commandEnv...) {
		if vars[name] != "" {
			return true
		}
	}
	for _, f := range everyField() {
		if f.isSecret() && vars[f.name] != "" {
			return true
		}
	}
	return false
}
