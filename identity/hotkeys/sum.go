package hotkeys

import (
	"encoding/binary"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// sum is a point to which others are added, in extended coordinates: x = X/Z, y = Y/Z,
// xy = T/Z.
type sum struct{ x, y, z, t field.Element }

func newSum() *sum {
	s := new(sum)
	s.y.One()
	s.z.One()
	return s
}

// add adds a point, or takes it away: -(x, y) is (-x, y), which has y+x and y-x in each
// other's place, and -2dxy.
func (s *sum) add(p *affine, negative bool) {
	plus, minus := &p.plus, &p.minus
	if negative {
		plus, minus = minus, plus
	}
	var a, b, c, d, e, f, g, h field.Element
	a.Multiply(a.Subtract(&s.y, &s.x), minus)
	b.Multiply(b.Add(&s.y, &s.x), plus)
	c.Multiply(&s.t, &p.xy2d)
	d.Add(&s.z, &s.z)
	e.Subtract(&b, &a)
	h.Add(&b, &a)
	if negative {
		f.Add(&d, &c)
		g.Subtract(&d, &c)
	} else {
		f.Subtract(&d, &c)
		g.Add(&d, &c)
	}
	s.x.Multiply(&e, &f)
	s.y.Multiply(&g, &h)
	s.z.Multiply(&f, &g)
	s.t.Multiply(&e, &h)
}

// addMultiple adds [k]P, where t is the table of P and k a number below L in 32 bytes,
// little endian. The digits are those of k in base 2^w between -2^(w-1) and 2^(w-1).
func (s *sum) addMultiple(t *table, k []byte) {
	var limbs [5]uint64 // one more than is needed, for the digit across the end
	for i := range 4 {
		limbs[i] = binary.LittleEndian.Uint64(k[8*i:])
	}
	mask, half := uint64(1)<<t.width-1, int64(1)<<(t.width-1)
	carry := int64(0)
	for i, multiples := range t.positions {
		at := uint(i) * t.width
		limb, bit := at/64, at%64
		bits := limbs[limb] >> bit
		if bit+t.width > 64 {
			bits |= limbs[limb+1] << (64 - bit)
		}
		digit := int64(bits&mask) + carry
		carry = 0
		if digit > half {
			digit, carry = digit-2*half, 1
		}
		switch {
		case digit > 0:
			s.add(&multiples[digit-1], false)
		case digit < 0:
			s.add(&multiples[-digit-1], true)
		}
	}
}

// encode writes the one encoding of the point, and reports false if that is no point of
// the curve, which only a fault of a processor or of memory explains.
func (s *sum) encode(to *[32]byte) bool {
	p, err := new(edwards25519.Point).SetExtendedCoordinates(&s.x, &s.y, &s.z, &s.t)
	if err != nil {
		return false
	}
	copy(to[:], p.Bytes())
	return true
}
