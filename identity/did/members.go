package did

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a member of an object that is open, by offsets.
type member struct {
	// start and end of the member in out, from the quote before its name.
	start, end int32
	// name is where its name starts, and length that of it: in out if the name
	// is written without escapes, else in names.
	name, length int32
	// at is where the name stands in the body.
	at      int32
	escaped bool
}

// name takes the name of a member.
func (c *canonicaliser) name(f *frame, quoted []byte, at int32) error {
	c.endMember(f)
	c.separate()
	m := member{start: int32(len(c.out)), name: int32(len(c.out)) + 1, length: int32(len(quoted)) - 2, at: at}
	c.out = appendString(c.out, quoted)
	if bytes.IndexByte(c.out[m.start:], '\\') >= 0 {
		m.escaped, m.name = true, int32(len(c.names))
		c.names, _ = jsontext.AppendUnquote(c.names, quoted)
		m.length = int32(len(c.names)) - m.name
	} else {
		m.length = int32(len(c.out)) - m.name - 1
	}
	c.members = append(c.members, m)
	if f.count == 1 {
		return nil
	}
	switch order := c.compare(c.members[len(c.members)-2], m); {
	case order == 0:
		return c.earliest(duplicate(m))
	case order > 0:
		f.unsorted = true
	}
	return nil
}

// endMember notes where the last member of an object ends.
func (c *canonicaliser) endMember(f *frame) {
	if f.count > 0 {
		c.members[len(c.members)-1].end = int32(len(c.out))
	}
}

// sort puts the members of an object that ends into the order of RFC 8785,
// section 3.2.3.
func (c *canonicaliser) sort(f *frame) error {
	c.endMember(f)
	if !f.unsorted {
		return nil
	}
	members := c.members[f.members:]
	slices.SortFunc(members, c.compare)
	c.sorted = c.sorted[:0]
	for i, m := range members {
		if i > 0 {
			if c.compare(members[i-1], m) == 0 {
				return duplicate(m)
			}
			c.sorted = append(c.sorted, ',')
		}
		c.sorted = append(c.sorted, c.out[m.start:m.end]...)
	}
	copy(c.out[f.body:], c.sorted)
	return nil
}

func (c *canonicaliser) nameOf(m member) []byte {
	from := c.out
	if m.escaped {
		from = c.names
	}
	return from[m.name : m.name+m.length]
}

// compare orders names as arrays of UTF-16 code units.
func (c *canonicaliser) compare(a, b member) int { return compareUTF16(c.nameOf(a), c.nameOf(b)) }

// compareUTF16 compares two texts in UTF-8. Their order by code units is that
// of their bytes, but that everything beyond U+FFFF, whose surrogates begin
// with D8 to DB, comes before U+E000 to U+FFFF.
func compareUTF16(a, b []byte) int {
	n := commonPrefix(a, b)
	if n == len(a) || n == len(b) {
		return cmp.Compare(len(a), len(b))
	}
	// Both bytes begin a character, or continue one of the same first byte.
	x, y := a[n], b[n]
	const private, beyond = 0xee, 0xf0 // first bytes from U+E000 and from U+10000
	if x >= private && y >= private && (x >= beyond) != (y >= beyond) {
		return cmp.Compare(y, x)
	}
	return cmp.Compare(x, y)
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

func duplicate(m member) error {
	return fmt.Errorf("%w: after byte %d", ErrDuplicateKey, m.at)
}

// earliest returns err, which is the first that was found, unless a duplicate
// name stands before it in an object that is still open: those are only seen
// when the object ends.
func (c *canonicaliser) earliest(err error) error {
	for i, f := range c.frames {
		if !f.object {
			continue
		}
		end := len(c.members)
		for _, inner := range c.frames[i+1:] {
			end = min(end, inner.members)
		}
		if first, ok := c.firstDuplicate(c.members[f.members:end]); ok {
			return duplicate(first)
		}
	}
	return err
}

// firstDuplicate returns the first member whose name an earlier one has.
func (c *canonicaliser) firstDuplicate(members []member) (first member, found bool) {
	slices.SortFunc(members, func(a, b member) int { return cmp.Or(c.compare(a, b), cmp.Compare(a.at, b.at)) })
	for i := 1; i < len(members); i++ {
		m := members[i]
		if c.compare(members[i-1], m) == 0 && (!found || m.at < first.at) {
			first, found = m, true
		}
	}
	return first, found
}
