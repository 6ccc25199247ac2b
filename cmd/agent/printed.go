package main

import (
	"crypto/sha256"
	"hash"
	"io"
)

// maxPrinted is of how many artifacts of a stream it is remembered what was printed.
const maxPrinted = 10_000

// printed remembers how much of each artifact of a stream was printed, so that what
// comes again is not printed again. It keeps lengths and digests, no text.
type printed map[string]*sofar

// sofar is what was printed of an artifact.
type sofar struct {
	bytes  int
	digest hash.Hash
}

// add notes what is printed of the artifact.
func (p printed) add(artifact, text string) {
	s := p[artifact]
	if s == nil && len(p) < maxPrinted {
		s = &sofar{digest: sha256.New()}
		p[artifact] = s
	}
	if s != nil {
		s.bytes += len(text)
		_, _ = io.WriteString(s.digest, text) // a hash takes everything
	}
}

// rest returns what follows in text what was printed of the artifact, and whether text
// begins with that at all.
func (p printed) rest(artifact, text string) (string, bool) {
	s := p[artifact]
	if s == nil {
		return text, true
	}
	if len(text) < s.bytes {
		return "", false
	}
	begin := sha256.Sum256([]byte(text[:s.bytes]))
	return text[s.bytes:], string(begin[:]) == string(s.digest.Sum(nil))
}

// forget is for an artifact that begins anew.
func (p printed) forget(artifact string) { delete(p, artifact) }
