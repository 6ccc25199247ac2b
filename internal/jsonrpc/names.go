package jsonrpc

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// HasDuplicateNames reports whether an object in body has two members of one
// name. On text that is not JSON its answer does not matter.
//
// It does what decoders do with a map of names for each object, in a fixed
// multiple of the body's length: such a map takes fifteen times the length of an
// object with many names. Who has asked it may decode with
// [jsontext.AllowDuplicateNames].
func HasDuplicateNames(body []byte) bool {
	s := nameScanners.Get().(*nameScanner)
	defer s.release()
	return s.scan(body)
}

// nameScanner keeps the names of the objects that are open, by their hashes.
type nameScanner struct {
	body   []byte
	seed   maphash.Seed
	names  []hashedName
	frames []nameFrame
	buf    []byte
}

// hashedName is a name by its hash, and where its quote is in the body.
type hashedName struct {
	hash uint64
	at   int
}

type nameFrame struct {
	object bool
	filled bool // it has something in it; only a [scanner] says so
	first  int  // of its names
}

var nameScanners = sync.Pool{New: func() any { return &nameScanner{seed: maphash.MakeSeed()} }}

func (s *nameScanner) release() {
	s.body, s.names, s.frames = nil, s.names[:0], s.frames[:0]
	nameScanners.Put(s)
}

func (s *nameScanner) scan(body []byte) bool {
	s.body = body
	name := false // whether a string that comes now is a name
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			end := i + stringLength(body[i:])
			if name {
				s.add(i, end)
			}
			i = end - 1
		case '{', '[':
			name = body[i] == '{'
			s.frames = append(s.frames, nameFrame{object: name, first: len(s.names)})
		case '}', ']':
			name = false
			if s.close() {
				return true
			}
		case ':':
			name = false
		case ',':
			name = len(s.frames) > 0 && s.frames[len(s.frames)-1].object
		}
	}
	for len(s.frames) > 0 { // of text that ends too early
		if s.close() {
			return true
		}
	}
	return false
}

// stringLength returns the length of the string that text begins with, quotes
// included.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func (s *nameScanner) add(at, end int) { s.keep(s.unquote(s.body[at:end]), at) }

// keep keeps a name that has its quote in the body at a place.
func (s *nameScanner) keep(name []byte, at int) {
	if len(s.names) == cap(s.names) {
		s.names = slices.Grow(s.names, max(16, len(s.names)))
	}
	s.names = append(s.names, hashedName{maphash.Bytes(s.seed, name), at})
}

// unquote returns a name without quotes and escapes, good until the next call.
func (s *nameScanner) unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return bytes.Trim(quoted, `"`)
	}
	s.buf, _ = jsontext.AppendUnquote(s.buf[:0], quoted) // what is malformed does not matter
	return s.buf
}

// close ends the innermost array or object, and reports whether two of its
// names are one.
func (s *nameScanner) close() bool {
	if len(s.frames) == 0 {
		return false
	}
	f := s.frames[len(s.frames)-1]
	s.frames = s.frames[:len(s.frames)-1]
	names := s.names[f.first:]
	s.names = s.names[:f.first]
	const few = 8
	if len(names) <= few {
		return s.sameAmong(names)
	}
	slices.SortFunc(names, func(a, b hashedName) int { return cmp.Compare(a.hash, b.hash) })
	for len(names) > 0 {
		same := 1
		for same < len(names) && names[same].hash == names[0].hash {
			same++
		}
		if same > 1 && s.sameAmong(names[:same]) {
			return true
		}
		names = names[same:]
	}
	return false
}

// sameAmong compares the names themselves where their hashes are the same,
// which different names have by chance alone.
func (s *nameScanner) sameAmong(names []hashedName) bool {
	for i, a := range names {
		for _, b := range names[:i] {
			if a.hash == b.hash && s.nameAt(a.at) == s.nameAt(b.at) {
				return true
			}
		}
	}
	return false
}

func (s *nameScanner) nameAt(at int) string {
	text := s.body[at:]
	return string(s.unquote(text[:stringLength(text)]))
}
