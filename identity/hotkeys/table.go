package hotkeys

import (
	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// affine is a point (x, y) in the form in which it is cheapest to add.
type affine struct{ plus, minus, xy2d field.Element } // y+x, y-x, 2dxy

// table has the multiples of a point P that its multiplication by any number below L adds
// up: at position i, [1][2^wi]P to [2^(w-1)][2^wi]P.
type table struct {
	width     uint // w, in bits
	positions [][]affine
}

// scalarBits is one more than L has, for the carry of the highest digit.
const scalarBits = 254

// d2 is twice the constant d of the curve, -121665/121666.
var d2 = func() *field.Element {
	var n, d field.Element
	one := new(field.Element).One()
	n.Negate(n.Mult32(one, 121665))
	d.Multiply(&n, d.Invert(d.Mult32(one, 121666)))
	return d.Add(&d, &d)
}()

// newTable computes the multiples of p.
func newTable(p *edwards25519.Point, width uint) *table {
	t := &table{width: width, positions: make([][]affine, (scalarBits+width-1)/width)}
	multiples := 1 << (width - 1)
	points := make([]*edwards25519.Point, 0, len(t.positions)*multiples)
	base := new(edwards25519.Point).Set(p)
	for range t.positions {
		last := base
		points = append(points, base)
		for range multiples - 1 {
			last = new(edwards25519.Point).Add(last, base)
			points = append(points, last)
		}
		base = new(edwards25519.Point).Add(last, last) // [2^w] of that before
	}
	all := affines(points)
	for i := range t.positions {
		t.positions[i] = all[i*multiples : (i+1)*multiples : (i+1)*multiples]
	}
	return t
}

// affines inverts all denominators together: one inversion costs as much as hundreds of
// multiplications.
func affines(points []*edwards25519.Point) []affine {
	products := make([]field.Element, len(points)) // of the Z of all before
	acc := new(field.Element).One()
	for i, p := range points {
		_, _, z, _ := p.ExtendedCoordinates()
		products[i].Set(acc)
		acc.Multiply(acc, z)
	}
	acc.Invert(acc)
	all := make([]affine, len(points))
	for i := len(points) - 1; i >= 0; i-- {
		x, y, z, _ := points[i].ExtendedCoordinates()
		inverse := new(field.Element).Multiply(acc, &products[i])
		acc.Multiply(acc, z)
		x.Multiply(x, inverse)
		y.Multiply(y, inverse)
		a := &all[i]
		a.plus.Add(y, x)
		a.minus.Subtract(y, x)
		a.xy2d.Multiply(a.xy2d.Multiply(x, y), d2)
	}
	return all
}
