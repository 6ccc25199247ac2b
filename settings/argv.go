package settings

import (
	"encoding/json"
	"strings"
)

// splitCommand turns the text of AGENT__COMMAND into an argument vector: a JSON
// array as it is, anything else split into words with the quoting of a shell.
// No shell is involved: what only a shell could expand is a problem, not a
// literal, because that is hardly what was meant.
func splitCommand(text string) (argv []string, problem string) {
	if strings.HasPrefix(text, "[") {
		if json.Unmarshal([]byte(text), &argv) != nil {
			return nil, "must be a JSON array of strings, or words"
		}
	} else if argv, problem = splitWords(text); problem != "" {
		return nil, problem
	}
	switch {
	case len(argv) == 0 || argv[0] == "":
		return nil, "names no program"
	case strings.ContainsRune(strings.Join(argv, ""), 0):
		return nil, "contains a NUL byte"
	}
	return argv, ""
}

const (
	problemShell = "uses shell syntax, and no shell runs: quote it with '…', or run a shell as in [\"sh\",\"-c\",\"…\"]"
	problemQuote = "has a quotation mark that is not closed"
)

// words collects the arguments while splitWords reads.
type words struct {
	done    []string
	current strings.Builder
	open    bool // a word has begun, though it may be empty, as '' is
}

func (w *words) add(r rune) { w.current.WriteRune(r); w.open = true }

func (w *words) end() {
	if w.open {
		w.done = append(w.done, w.current.String())
		w.current.Reset()
		w.open = false
	}
}

// splitWords splits as a POSIX shell does for words, ', " and \ (XCU 2.2).
func splitWords(text string) (argv []string, problem string) {
	var w words
	var quote rune // ' or " while inside, else 0
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			if quote == '"' && !strings.ContainsRune("\"\\$`", r) {
				w.add('\\')
			}
			w.add(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote == '\'':
			w.add(r)
		case strings.ContainsRune("$`", r):
			return nil, problemShell
		case quote == '"':
			w.add(r)
		case r == '\'' || r == '"':
			quote, w.open = r, true
		case strings.ContainsRune(" \t\r\n", r):
			w.end()
		case strings.ContainsRune("|&;<>()*", r):
			return nil, problemShell
		default:
			w.add(r)
		}
	}
	if quote != 0 || escaped {
		return nil, problemQuote
	}
	w.end()
	return w.done, ""
}
