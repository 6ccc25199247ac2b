package hotkeys

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519"
)

// TestMultiples compares what is added up with what the library multiplies, for numbers
// whose digits carry, of points of all kinds.
func TestMultiples(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	numbers := []*big.Int{big.NewInt(0), new(big.Int).Sub(order, big.NewInt(1)), new(big.Int).Lsh(big.NewInt(1), 252)}
	for bit := range uint(252) {
		one := new(big.Int).Lsh(big.NewInt(1), bit)
		numbers = append(numbers, one, new(big.Int).Sub(one, big.NewInt(1)), number(scalar(random).Bytes()))
	}
	for _, part := range torsion[:3] {
		p := new(edwards25519.Point).Add(newKeyOf(random).public, part)
		for width := uint(2); width <= 8; width++ {
			table := newTable(p, width)
			for _, n := range numbers {
				k, err := new(edwards25519.Scalar).SetCanonicalBytes(little(n))
				if err != nil {
					t.Fatal(err)
				}
				s := newSum()
				s.addMultiple(table, k.Bytes())
				var got [32]byte
				ok := s.encode(&got)
				want := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, p, new(edwards25519.Scalar)).Bytes()
				if !ok || !bytes.Equal(got[:], want) {
					t.Fatalf("width %d: [%d]P is %x, want %x", width, n, got, want)
				}
			}
		}
	}
}
