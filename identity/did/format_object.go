package did

// objectStart reads the beginning of a JSON object byte by byte, as the most
// lenient readers that verifiers of JWS use would: Gson (Nimbus, jjwt) takes
// comments of three kinds, the prefix )]}' and names without quotes, Newtonsoft
// any white space of Unicode, the parser of Ruby comments, and many trim first.
type objectStart struct {
	state func(*objectStart, byte) verdict
	// read counts the bytes of a word that were read: of nonExecutable, of what
	// may be white space, of algorithm.
	read  int
	space [3]byte
	// skipped and other are where a white space of several bytes leads, and what
	// only begins like one.
	skipped, other func(*objectStart, byte) verdict
}

// verdict is what is known after a byte.
type verdict int

const (
	open verdict = iota
	isObject
	noObject
)

// nonExecutable is what some servers write before JSON, so that a browser does
// not run it, and lenient readers skip.
const nonExecutable = ")]}'"

func (o *objectStart) next(b byte) (decided, is bool) {
	v := o.state(o, b)
	return v != open, v == isObject
}

func (o *objectStart) to(state func(*objectStart, byte) verdict) verdict {
	o.state = state
	return open
}

// before is where anything may stand that is skipped. String.trim of Java takes
// all control characters for white space.
func (o *objectStart) before(b byte) verdict {
	switch {
	case b == '{':
		return o.to((*objectStart).brace)
	case b <= ' ' || isSpaceByte(b):
		return open
	case beginsSpace(b):
		return o.toSpace(b, (*objectStart).before, nil)
	case b == '/':
		return o.to((*objectStart).slash)
	case b == '#':
		return o.to((*objectStart).line)
	case b == nonExecutable[0]:
		o.read = 1
		return o.to((*objectStart).prefixed)
	}
	return noObject
}

func (o *objectStart) prefixed(b byte) verdict {
	if o.read == len(nonExecutable) {
		o.state = (*objectStart).before
		if b == ',' {
			return open
		}
		return o.before(b)
	}
	if b != nonExecutable[o.read] {
		return noObject
	}
	o.read++
	return open
}

func (o *objectStart) slash(b byte) verdict {
	switch b {
	case '/':
		return o.to((*objectStart).line)
	case '*':
		return o.to((*objectStart).block)
	}
	return noObject
}

func (o *objectStart) line(b byte) verdict {
	if b == '\n' || b == '\r' {
		return o.to((*objectStart).before)
	}
	return open
}

func (o *objectStart) block(b byte) verdict {
	if b == '*' {
		return o.to((*objectStart).star)
	}
	return open
}

func (o *objectStart) star(b byte) verdict {
	switch b {
	case '/':
		return o.to((*objectStart).before)
	case '*':
		return open
	}
	return o.to((*objectStart).block)
}

// brace wants a name, the other brace or a comment.
func (o *objectStart) brace(b byte) verdict {
	switch {
	case isBlank(b) || isSpaceByte(b):
		return open
	case beginsSpace(b):
		return o.toSpace(b, (*objectStart).brace, (*objectStart).name)
	case b == '"' || b == '}' || b == '/' || b == '#' || b == '_' || isLetter(b):
		return isObject
	case b == '\'':
		return o.to((*objectStart).quote)
	case endsName(b):
		return noObject
	}
	return o.to((*objectStart).name)
}

// quote follows a single one. "eye" in base64 is a brace, that quote and what is
// no character: such a name has to end as one.
func (o *objectStart) quote(b byte) verdict {
	if b > ' ' && b < 0x7f && b != '\'' {
		return isObject
	}
	return o.to((*objectStart).quoted)
}

func (o *objectStart) quoted(b byte) verdict {
	if b == '\'' {
		return o.to((*objectStart).named)
	}
	return open
}

// name is one without quotes that no word of ours would begin: "ex" in base64 is
// a brace and a control character. It too has to end as a name.
func (o *objectStart) name(b byte) verdict {
	if !endsName(b) && !isBlank(b) {
		return open
	}
	o.state = (*objectStart).named
	return o.named(b)
}

func (o *objectStart) named(b byte) verdict {
	switch {
	case isBlank(b) || isSpaceByte(b):
		return open
	case beginsSpace(b):
		return o.toSpace(b, (*objectStart).named, nil)
	case b == ':' || b == '=' || b == '/' || b == '#':
		o.read = 0
		return o.to((*objectStart).header)
	}
	return noObject
}

// algorithm is the member that no header goes without (RFC 7515 section 4.1.1).
const algorithm = "alg"

// header follows a name that hardly anybody means: the member that counts has to
// come too, or an escape, in which it may hide.
func (o *objectStart) header(b byte) verdict {
	switch b {
	case '\\':
		return isObject
	case algorithm[o.read]:
		o.read++
	case algorithm[0]:
		o.read = 1
	default:
		o.read = 0
	}
	if o.read == len(algorithm) {
		return isObject
	}
	return open
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

func isBlank(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' }

// endsName is what no name without quotes holds.
func endsName(b byte) bool {
	switch b {
	case '/', '\\', ';', '#', '=', '{', '}', '[', ']', ':', ',':
		return true
	}
	return false
}
