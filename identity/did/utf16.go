package did

import (
	"cmp"
	"encoding/binary"
	"math/bits"
)

// First bytes of UTF-8 from U+E000 and from U+10000 on. By code units of
// UTF-16 the latter, whose surrogates begin with D8 to DB, come first; all
// other characters have the order of their UTF-8.
const firstPrivate, firstBeyond = 0xee, 0xf0

// compareUTF16 compares two texts in UTF-8 by their UTF-16 code units.
func compareUTF16(a, b []byte) int {
	n := commonPrefix(a, b)
	if n == len(a) || n == len(b) {
		return cmp.Compare(len(a), len(b))
	}
	// Both bytes begin a character, or continue one of the same first byte.
	return cmp.Compare(rank(a[n]), rank(b[n]))
}

// rank makes the order of bytes that of code units.
func rank(b byte) byte {
	switch {
	case b >= firstBeyond:
		return b - (firstBeyond - firstPrivate)
	case b >= firstPrivate:
		return b + 8 // there are five first bytes beyond
	}
	return b
}

// keySize is how many bytes of a text a sortKey has.
const keySize = 8

// sortKey orders texts by their first keySize bytes as compareUTF16 does. The
// keys of "a" and "a\x00" are the same.
func sortKey(text []byte) uint64 {
	var b [keySize]byte
	copy(b[:], text)
	for i := range b {
		b[i] = rank(b[i])
	}
	return binary.BigEndian.Uint64(b[:])
}

func commonPrefix(a, b []byte) int {
	length, n := min(len(a), len(b)), 0
	for ; n+8 <= length; n += 8 {
		if diff := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); diff != 0 {
			return n + bits.TrailingZeros64(diff)/8
		}
	}
	for n < length && a[n] == b[n] {
		n++
	}
	return n
}
