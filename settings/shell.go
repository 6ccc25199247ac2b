package settings

import (
	"encoding/json"
	"regexp"
	"strings"
)

// The decoder of .env and a shell that sources the same file differ in places:
// the one drops backslashes and quotes that the other keeps. What follows reads
// a value as a POSIX shell does (XCU 2.2, 2.6), to refuse what the two would
// read differently. It decides nothing else.

// shVerdict is what a shell makes of one assignment.
type shVerdict int

const (
	shPlain  shVerdict = iota // it assigns the value
	shOther                   // it does not take the line for an assignment, loudly
	shTricky                  // it runs or inserts something
	shOpen                    // it reads on in the next line
)

const (
	problemReaders = "is read differently by the shell and by readers of .env (backslashes, quotation marks, comments): put the value in '…', or use the variable's _FILE form or the environment"
	problemInserts = "has a $ or ` that a shell would act on: put the value in '…' to keep it as it is"
)

var assignment = regexp.MustCompile(`^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=`)

// differs says why the statement must be refused, "" if it need not be. final
// are the values that the decoder found in the whole file; settled tells that
// the file sets a name only once, so that its final value is that of this line.
func (s statement) differs(final map[string]string, settled func(name string) bool) (problem string) {
	text := s.text
	for {
		head := assignment.FindStringSubmatchIndex(text)
		if head == nil {
			return "" // not a shell's syntax at all, such as NAME: VALUE
		}
		name := text[head[2]:head[3]]
		w := shWord{text: text[head[1]:], vars: final}
		w.read()
		decoded, ok := s.vars[name]
		if w.references {
			decoded, ok = final[name], settled(name) && !w.unsettled(settled)
		}
		switch {
		case w.verdict == shTricky:
			return problemInserts
		case w.verdict == shOther:
			return manyComments(w.text)
		case w.verdict == shOpen, !ok && strings.Contains(w.text, `\`), ok && decoded != w.value.String() && !literalJSON(w.text, decoded):
			return problemReaders
		}
		if text = w.text[w.next:]; !assignment.MatchString(text) {
			return ""
		}
	}
}

// literalJSON reports whether an unquoted value is JSON, whose quotation marks
// a shell would drop: all readers of .env keep it, and without them it is no
// JSON, so that nobody takes the one for the other.
func literalJSON(text, decoded string) bool {
	text = strings.TrimSpace(text)
	return text != "" && text == decoded && (text[0] == '[' || text[0] == '{') && json.Valid([]byte(text))
}

// manyComments finds an unquoted value with several marks of a comment: some
// readers end the value at the first, the decoder at the last.
func manyComments(text string) (problem string) {
	line, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(line, `"`) && !strings.HasPrefix(line, "'") && strings.Count(strings.ReplaceAll(line, "\t#", " #"), " #") > 1 {
		return problemReaders
	}
	return ""
}

// shWord reads one word as the value of an assignment.
type shWord struct {
	text string            // from behind the = on
	vars map[string]string // what a $NAME stands for

	value      strings.Builder
	next       int // where the word ends
	verdict    shVerdict
	references bool     // it inserts other values
	names      []string // their names
}

func (w *shWord) unsettled(settled func(string) bool) bool {
	for _, name := range w.names {
		if !settled(name) {
			return true
		}
	}
	return false
}

func (w *shWord) read() {
	quote := byte(0)
	if strings.HasPrefix(w.text, "~") {
		w.verdict = shTricky
	}
	for w.next < len(w.text) && w.verdict == shPlain {
		c := w.text[w.next]
		switch {
		case quote == '\'':
			if c == quote {
				quote = 0
			} else {
				w.value.WriteByte(c)
			}
		case c == '\\':
			w.escape(quote)
		case c == '`':
			w.verdict = shTricky
		case c == '$':
			w.dollar()
			continue
		case c == quote:
			quote = 0
		case quote != 0:
			w.value.WriteByte(c)
		case c == '\'' || c == '"':
			quote = c
		case strings.IndexByte(" \t\n;&|<>()", c) >= 0:
			w.end()
			return
		default:
			w.value.WriteByte(c)
		}
		w.next++
	}
	if quote != 0 && w.verdict == shPlain {
		w.verdict = shOpen
	}
}

// escape reads a backslash: between double quotes it is one unless it stands
// before one of four characters or the end of a line.
func (w *shWord) escape(quote byte) {
	if w.next+1 == len(w.text) {
		w.verdict = shOpen // the next line is part of it
		return
	}
	next := w.text[w.next+1]
	switch {
	case next == '\n': // the line goes on
	case quote == '"' && strings.IndexByte("\"\\$`", next) < 0:
		w.value.WriteString(w.text[w.next : w.next+2])
	default:
		w.value.WriteByte(next)
	}
	w.next++
}

var inserted = regexp.MustCompile(`^\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})`)

// dollar reads a $. Before a small letter it is kept, as every reader of .env
// does; before capitals it stands for an earlier line.
func (w *shWord) dollar() {
	rest := w.text[w.next:]
	match := inserted.FindStringSubmatch(rest)
	switch {
	case match == nil && len(rest) > 1 && strings.IndexByte("({$!?#*@-", rest[1]) >= 0:
		w.verdict = shTricky
		return
	case match == nil, 'a' <= rest[1] && rest[1] <= 'z':
		w.value.WriteByte('$')
		w.next++
		return
	}
	name := match[1] + match[2]
	if name != strings.ToUpper(name) || '0' <= name[0] && name[0] <= '9' {
		w.verdict = shTricky
		return
	}
	w.references = true
	w.names = append(w.names, name)
	w.value.WriteString(w.vars[name])
	w.next += len(match[0])
}

// end looks at what follows the word: a command makes the assignment none for
// the rest of the file, and says so where there is no such command.
func (w *shWord) end() {
	rest := strings.TrimLeft(w.text[w.next:], " \t")
	switch {
	case rest == "", strings.IndexByte("#\n;&|<>", rest[0]) >= 0, assignment.MatchString(rest):
	case strings.HasSuffix(rest, `\`):
		w.verdict = shOpen
	default:
		w.verdict = shOther
	}
}
