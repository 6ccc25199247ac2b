package hotkeys

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"math/big"
	"math/rand/v2"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// order is L.
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// prime is p, of the field.
var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// little returns n in 32 bytes, little endian.
func little(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return b
}

func number(b []byte) *big.Int {
	r := bytes.Clone(b)
	for i := range len(r) / 2 {
		r[i], r[len(r)-1-i] = r[len(r)-1-i], r[i]
	}
	return new(big.Int).SetBytes(r)
}

// torsion are the eight points whose order divides 8.
var torsion = func() (all []*edwards25519.Point) {
	for y := int64(2); ; y++ { // some point, without what of it has the order L
		p, err := new(edwards25519.Point).SetBytes(little(big.NewInt(y)))
		if err != nil {
			continue
		}
		minusOne, _ := new(edwards25519.Scalar).SetCanonicalBytes(little(new(big.Int).Sub(order, big.NewInt(1))))
		rest := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(minusOne, p, new(edwards25519.Scalar))
		rest.Add(rest, p) // [L]p
		all = all[:0]
		sum := edwards25519.NewIdentityPoint()
		for range 8 {
			all = append(all, new(edwards25519.Point).Set(sum))
			sum = new(edwards25519.Point).Add(sum, rest)
		}
		if all[4].Equal(all[0]) == 0 {
			return all
		}
	}
}()

// encodings are all texts of 32 bytes that are read as a point: the one of RFC 8032, and
// those with y + p where that fits, or with a sign of x = 0.
func encodings(p *edwards25519.Point) (all [][]byte) {
	canonical := p.Bytes()
	all = append(all, canonical)
	y := bytes.Clone(canonical)
	y[31] &= 0x7f
	larger := new(big.Int).Add(number(y), prime)
	signs := []byte{canonical[31] & 0x80}
	if x, _, _, _ := p.ExtendedCoordinates(); x.Equal(new(field.Element)) == 1 {
		signs = []byte{0, 0x80}
	}
	for _, sign := range signs {
		y[31] = y[31]&0x7f | sign
		if !bytes.Equal(y, canonical) {
			all = append(all, bytes.Clone(y))
		}
		if larger.BitLen() <= 255 {
			odd := little(larger)
			odd[31] |= sign
			all = append(all, odd)
		}
	}
	return all
}

// keyOf is a key with what an attacker has of it: the number a.
type keyOf struct {
	a      *edwards25519.Scalar
	public *edwards25519.Point
}

func newKeyOf(random *rand.Rand) keyOf {
	a := scalar(random)
	return keyOf{a, new(edwards25519.Point).ScalarBaseMult(a)}
}

func scalar(random *rand.Rand) *edwards25519.Scalar {
	var b [64]byte
	for i := range 8 {
		binary.LittleEndian.PutUint64(b[8*i:], random.Uint64())
	}
	s, err := new(edwards25519.Scalar).SetUniformBytes(b[:])
	if err != nil {
		panic(err)
	}
	return s
}

// sign signs with a key and a commitment that are encoded as is said.
func (k keyOf) sign(r *edwards25519.Scalar, encodedR, encodedA, message []byte) []byte {
	hash := sha512.Sum512(bytes.Join([][]byte{encodedR, encodedA, message}, nil))
	h, err := new(edwards25519.Scalar).SetUniformBytes(hash[:])
	if err != nil {
		panic(err)
	}
	s := new(edwards25519.Scalar).MultiplyAdd(h, k.a, r)
	return append(bytes.Clone(encodedR), s.Bytes()...)
}
