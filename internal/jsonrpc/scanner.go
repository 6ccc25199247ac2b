package jsonrpc

import (
	"hash/maphash"
	"sync"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/internal/jsonlex"
)

// scanner takes a sound request in one pass over it: the grammar, the depth, the names of
// every object and the members of the envelope. What it does not take it does not judge:
// [Parse] then says what is wrong, in the order in which faults count.
type scanner struct {
	names    nameScanner // of the objects that are open, and those objects
	body     []byte
	at       int // of the next byte
	maxDepth int

	envelope Envelope
	key      []byte // of the envelope's member whose value comes, as text
	value    int    // where that value begins
}

var scanners = sync.Pool{New: func() any { return &scanner{names: nameScanner{seed: maphash.MakeSeed()}} }}

// deepest is how deep a scanner goes: less than the decoder that judges the rest.
const deepest = 1000

// scan returns the envelope of a body that [Parse] takes; false says nothing.
func scan(body []byte, maxDepth int) (Envelope, bool) {
	if !utf8.Valid(body) {
		return Envelope{}, false
	}
	s := scanners.Get().(*scanner)
	defer s.release()
	s.body, s.names.body, s.maxDepth = body, body, min(maxDepth, deepest)
	if !s.document() || s.envelope.validate() != nil {
		return Envelope{}, false
	}
	return s.envelope, true
}

// release keeps the buffers and forgets what was in them.
func (s *scanner) release() {
	s.names.body, s.names.names, s.names.frames = nil, s.names.names[:0], s.names.frames[:0]
	s.body, s.key, s.envelope, s.at = nil, nil, Envelope{}, 0
	scanners.Put(s)
}

// document reads an object and what is around it, to the end of the body.
func (s *scanner) document() bool {
	if s.next() != '{' || !s.open() {
		return false
	}
	for len(s.names.frames) > 0 {
		if !s.element() {
			return false
		}
	}
	s.next()
	return s.at == len(s.body)
}

// element reads the end of the innermost array or object, or the next thing in it: a
// value, with its name in an object, or the beginning of another array or object.
func (s *scanner) element() bool {
	frame := &s.names.frames[len(s.names.frames)-1]
	c := s.next()
	if c == '}' && frame.object || c == ']' && !frame.object {
		s.at++
		return !s.names.close() && s.ended()
	}
	if frame.filled {
		if c != ',' {
			return false
		}
		s.at++
		c = s.next()
	}
	frame.filled = true
	if frame.object {
		if c != '"' || !s.name() {
			return false
		}
		c = s.next()
	}
	if len(s.names.frames) == 1 {
		s.value = s.at
	}
	if c == '{' || c == '[' {
		return s.open()
	}
	var ok bool
	s.at, ok = jsonlex.Scalar(s.body, s.at)
	return ok && s.ended()
}

// open begins the array or object that is next.
func (s *scanner) open() bool {
	if len(s.names.frames) >= s.maxDepth {
		return false
	}
	s.names.frames = append(s.names.frames, nameFrame{object: s.body[s.at] == '{', first: len(s.names.names)})
	s.at++
	return true
}

// name reads the name of a member, which is next, and the colon behind it.
func (s *scanner) name() bool {
	start := s.at
	end, escaped, ok := jsonlex.String(s.body, start)
	if s.at = end; !ok {
		return false
	}
	name := s.body[start+1 : end-1]
	if escaped {
		name = s.names.unquote(s.body[start:end])
	}
	s.names.keep(name, start)
	if len(s.names.frames) == 1 {
		s.key = name // good until the next name of the envelope
		if escaped {
			s.key = append([]byte(nil), name...)
		}
	}
	if s.next() != ':' {
		return false
	}
	s.at++
	return true
}

// ended takes the value that ended as a member of the envelope, if it is one, and
// reports whether it can be.
func (s *scanner) ended() bool {
	if len(s.names.frames) != 1 {
		return true
	}
	return s.envelope.set(s.key, s.body[s.value:s.at:s.at]) == nil
}

// next returns the next byte that is no white space, and 0 at the end of the body.
func (s *scanner) next() byte {
	s.at = jsonlex.Space(s.body, s.at)
	return jsonlex.Byte(s.body, s.at)
}
