package hotkeys

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"filippo.io/edwards25519"
)

// FuzzVerify looks for inputs on which the verdicts differ. What is random is refused by
// both, so that each input is also made into what could pass.
func FuzzVerify(f *testing.F) {
	f.Add(make([]byte, 32), []byte("message"), make([]byte, 64), uint8(0), uint8(0))
	f.Add(bytes.Repeat([]byte{1}, 32), []byte(nil), bytes.Repeat([]byte{2}, 64), uint8(3), uint8(9))
	f.Fuzz(func(t *testing.T, pub, message, sig []byte, inA, inR uint8) {
		if len(pub) != 32 {
			pub = append(bytes.Clone(pub), make([]byte, 32)...)[:32]
		}
		agree(t, pub, message, sig)
		seed := sha512.Sum512(append(bytes.Clone(pub), sig...))
		random := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(seed[:]), binary.LittleEndian.Uint64(seed[8:])))
		newOddKey(t, random, inA).try(t, random, message, inR, sig)
	})
}

// oddKey is a key with a part of small order, which may be all of it, in one of its
// encodings, hot.
type oddKey struct {
	keyOf
	*hotKey
}

func newOddKey(t testing.TB, random *rand.Rand, in uint8) oddKey {
	whose := newKeyOf(random)
	if in&0x80 != 0 {
		whose = keyOf{new(edwards25519.Scalar), edwards25519.NewIdentityPoint()}
	}
	return oddKey{whose, hot(t, encoded(whose.public, in))}
}

func encoded(p *edwards25519.Point, in uint8) []byte {
	all := encodings(new(edwards25519.Point).Add(p, torsion[in%8]))
	return all[int(in>>3)%len(all)]
}

// try compares the verdicts on a signature whose commitment has a part of small order, and
// on it with other bits and another S.
func (k oddKey) try(t testing.TB, random *rand.Rand, message []byte, in uint8, noise []byte) (verified, tried int) {
	r := scalar(random)
	if in&0x80 != 0 {
		r = new(edwards25519.Scalar)
	}
	sig := k.sign(r, encoded(new(edwards25519.Point).ScalarBaseMult(r), in), k.encoded[:], message)
	compared := func(sig []byte) {
		tried++
		if compare(t, k.hotKey, message, sig) {
			verified++
		}
	}
	for _, s := range sizes(sig[32:])[:2] {
		compared(append(bytes.Clone(sig[:32]), s...))
	}
	for i := range min(len(noise), len(sig)) {
		if noise[i] != 0 && i%16 == int(noise[0])%16 {
			other := bytes.Clone(sig)
			other[i] ^= noise[i]
			compared(other)
		}
	}
	return verified, tried
}

// TestVerdictsOnMany compares as many verdicts as HOTKEYS_INPUTS says.
func TestVerdictsOnMany(t *testing.T) {
	wanted, seed := 10_000, uint64(13)
	if text := os.Getenv("HOTKEYS_INPUTS"); text != "" {
		var err error
		if wanted, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		seed = uint64(time.Now().UnixNano())
	}
	random := rand.New(rand.NewPCG(seed, 0))
	verified, tried := 0, 0
	for n := 0; tried < wanted; n++ {
		in := uint8(n)
		if n%2 == 0 {
			in &= 7 // in the encoding of RFC 8032
		}
		k := newOddKey(t, random, in)
		for range 50 {
			message, noise := make([]byte, random.IntN(100)), make([]byte, 64)
			for _, part := range [][]byte{message, noise} {
				for i := range part {
					part[i] = byte(random.Uint32())
				}
			}
			inR := uint8(random.Uint32())
			if random.IntN(2) == 0 {
				inR &= 7
			}
			v, all := k.try(t, random, message, inR, noise)
			verified, tried = verified+v, tried+all
		}
	}
	t.Logf("seed %d: of %d inputs %d verify, with either", seed, tried, verified)
	if verified < tried/200 {
		t.Error("hardly any verifies: the test does not reach what it is about")
	}
}
