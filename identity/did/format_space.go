package did

import (
	"unicode"
	"unicode/utf8"
)

// toSpace reads what may be a white space of several bytes.
func (o *objectStart) toSpace(b byte, skipped, other func(*objectStart, byte) verdict) verdict {
	o.space[0], o.read, o.skipped, o.other = b, 1, skipped, other
	return o.to((*objectStart).wide)
}

func (o *objectStart) wide(b byte) verdict {
	o.space[o.read] = b
	o.read++
	r, size := utf8.DecodeRune(o.space[:o.read])
	switch {
	case !utf8.FullRune(o.space[:o.read]):
		return open
	case size == o.read && unicode.IsSpace(r):
		return o.to(o.skipped)
	case o.other != nil:
		return o.to(o.other)
	}
	return noObject
}

// isSpaceByte covers the bytes of byte order marks, those that UTF-16 and UTF-32
// put beside ASCII, and white space of Latin-1.
func isSpaceByte(b byte) bool {
	switch b {
	case 0, 0xef, 0xbb, 0xbf, 0xfe, 0xff: // UTF-16 and UTF-32, byte order marks
		return true
	case 0x85, 0xa0:
		return true
	}
	return false
}

// beginsSpace reports whether a white space of Unicode begins so in UTF-8.
func beginsSpace(b byte) bool { return b == 0xc2 || 0xe1 <= b && b <= 0xe3 }
