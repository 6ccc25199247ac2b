package did

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// member is a member of an object that is open, by offsets.
type member struct {
	// key are eight bytes of the name, while the members are sorted.
	key uint64
	// start and end of the member in out, from the quote before its name.
	start, end int32
	// length of the name, which stands in out; or, of a name written with
	// escapes, -1 - where it starts in names.
	length int32
	// at is where the name stands in the body.
	at int32
}

// name takes the name of a member.
func (c *canonicaliser) name(f *frame, quoted []byte, escaped bool, at int32) error {
	c.endMember(f)
	c.separate()
	m := member{start: int32(len(c.out)), length: int32(len(quoted)) - 2, at: at}
	if !escaped {
		c.out = append(c.out, quoted...)
	} else {
		name := len(c.names)
		c.names, _ = jsontext.AppendUnquote(c.names, quoted)
		c.out, _ = jsontext.AppendQuote(c.out, c.names[name:])
		m.length = -1 - int32(name)
		c.names = append(c.names, endOfName)
	}
	if len(c.members) == cap(c.members) {
		c.members = slices.Grow(c.members, max(16, len(c.members)))
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

// endOfName is a byte that no UTF-8 has.
const endOfName = 0xff

// nameOf returns the name of a member, without quotes and escapes.
func (c *canonicaliser) nameOf(m *member) []byte {
	if m.length >= 0 {
		return c.out[m.start+1:][:m.length]
	}
	name, _, _ := bytes.Cut(c.names[-1-m.length:], []byte{endOfName})
	return name
}

// endMember notes where the last member of an object ends.
func (c *canonicaliser) endMember(f *frame) {
	if f.count > 0 {
		c.members[len(c.members)-1].end = int32(len(c.out))
	}
}

// arrange puts the members of an object that ends into the order of RFC 8785,
// section 3.2.3.
func (c *canonicaliser) arrange(f *frame) error {
	c.endMember(f)
	if !f.unsorted {
		return nil
	}
	members := c.members[f.members:]
	c.sort(members, 0)
	c.sorted = slices.Grow(c.sorted[:0], len(c.out)-f.body)
	for i, m := range members {
		if i > 0 {
			// One name has one key, whichever piece of it that is.
			if m.key == members[i-1].key && c.compare(members[i-1], m) == 0 {
				return c.earliest(duplicate(m))
			}
			c.sorted = append(c.sorted, ',')
		}
		c.sorted = append(c.sorted, c.out[m.start:m.end]...)
	}
	copy(c.out[f.body:], c.sorted)
	return nil
}

func duplicate(m member) error {
	return fmt.Errorf("%w: after byte %d", ErrDuplicateKey, m.at)
}

// earliest returns err, which is the first that was found, unless a duplicate
// name stands before it in an object that is still open: those are only seen
// when the object ends.
func (c *canonicaliser) earliest(err error) error {
	end := len(c.members)
	for _, f := range slices.Backward(c.frames) {
		if !f.object {
			continue
		}
		// Further out is further to the front.
		if first, ok := c.firstDuplicate(c.members[f.members:end]); ok {
			err = duplicate(first)
		}
		end = f.members
	}
	return err
}

// firstDuplicate returns the first member whose name an earlier one has.
func (c *canonicaliser) firstDuplicate(members []member) (first member, found bool) {
	c.sort(members, 0)
	for i := 1; i < len(members); i++ {
		if c.compare(members[i-1], members[i]) != 0 {
			continue
		}
		if at := max(members[i-1].at, members[i].at); !found || at < first.at {
			first, found = member{at: at}, true
		}
	}
	return first, found
}

// compare orders names as arrays of UTF-16 code units.
func (c *canonicaliser) compare(a, b member) int {
	return compareUTF16(c.nameOf(&a), c.nameOf(&b))
}

// few members are sorted by comparing their names.
const few = 16

// sort sorts members whose names have their first n bytes in common. A name is
// read as often as it has pieces of eight bytes, not once per comparison: with
// long names in common that would be what costs.
func (c *canonicaliser) sort(members []member, n int) {
	if len(members) <= few {
		slices.SortFunc(members, func(a, b member) int { return cmp.Or(c.compare(a, b), cmp.Compare(a.at, b.at)) })
		return
	}
	n = c.common(members, n)
	for i := range members {
		members[i].key = sortKey(c.nameOf(&members[i])[n:])
	}
	slices.SortFunc(members, func(a, b member) int { return cmp.Compare(a.key, b.key) })
	for len(members) > 0 {
		same := 1
		for same < len(members) && members[same].key == members[0].key {
			same++
		}
		if same > 1 {
			c.sortSame(members[:same], n)
		}
		members = members[same:]
	}
}

// sortSame sorts members of one key, made from byte n on: some names may have
// ended in it, all others go on.
func (c *canonicaliser) sortSame(members []member, n int) {
	slices.SortFunc(members, func(a, b member) int {
		return cmp.Or(cmp.Compare(c.rest(&a, n), c.rest(&b, n)), cmp.Compare(a.at, b.at))
	})
	longer := 0
	for longer < len(members) && c.rest(&members[longer], n) <= keySize {
		longer++
	}
	c.sort(members[longer:], n+keySize)
}

// rest is how many bytes of a name follow the first n, as far as a key tells.
func (c *canonicaliser) rest(m *member, n int) int { return min(len(c.nameOf(m))-n, keySize+1) }

// common returns how many bytes all names have in common, n or more.
func (c *canonicaliser) common(members []member, n int) int {
	first := c.nameOf(&members[0])[n:]
	for i := range members[1:] {
		first = first[:commonPrefix(first, c.nameOf(&members[1+i])[n:])]
	}
	return n + len(first)
}
