package hotkeys

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"

	"filippo.io/edwards25519"
)

// agree compares the two verdicts, and returns that of crypto/ed25519.
func agree(t testing.TB, pub, message, sig []byte) bool {
	t.Helper()
	h, ok := newHotKey([32]byte(pub))
	if !ok {
		if ed25519.Verify(pub, message, sig) {
			t.Fatalf("%x is no point, and crypto/ed25519 takes %x of it", pub, sig)
		}
		return false
	}
	return compare(t, h, message, sig)
}

// compare is agree for a key that is hot already.
func compare(t testing.TB, h *hotKey, message, sig []byte) bool {
	t.Helper()
	want := ed25519.Verify(h.encoded[:], message, sig)
	if got := h.verify(message, sig); got != want {
		t.Fatalf("verify(%x, %x, %x) = %v, crypto/ed25519 says %v", h.encoded, message, sig, got, want)
	}
	return want
}

func hot(t testing.TB, encoded []byte) *hotKey {
	t.Helper()
	h, ok := newHotKey([32]byte(encoded))
	if !ok {
		t.Fatalf("%x is no point", encoded)
	}
	return h
}

// TestVerdictsOnOrdinarySignatures, and on each with a bit turned round.
func TestVerdictsOnOrdinarySignatures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for length := range 12 {
		pub, key := keyFrom(random)
		message := make([]byte, length*length*11)
		for i := range message {
			message[i] = byte(random.Uint32())
		}
		sig := ed25519.Sign(key, message)
		if !agree(t, pub, message, sig) {
			t.Fatal("a good signature is refused")
		}
		h := hot(t, pub)
		for bit := range 8 * len(sig) {
			other := bytes.Clone(sig)
			other[bit/8] ^= 1 << (bit % 8)
			if h.verify(message, other) || ed25519.Verify(pub, message, other) {
				t.Fatalf("bit %d is not covered", bit)
			}
		}
		if agree(t, pub, append(message, 0), sig) {
			t.Error("it is for a longer message too")
		}
	}
}

func keyFrom(random *rand.Rand) (ed25519.PublicKey, ed25519.PrivateKey) {
	seed := make([]byte, ed25519.SeedSize)
	for i := range seed {
		seed[i] = byte(random.Uint32())
	}
	key := ed25519.NewKeyFromSeed(seed)
	return key.Public().(ed25519.PublicKey), key
}

// TestVerdictsOnOddPoints is about all that implementations are known to disagree on:
// keys and commitments of small order or with a part of small order, in each encoding,
// with S below L and not. Some of them verify, with either.
func TestVerdictsOnOddPoints(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	verified, tried := 0, 0
	zero := new(edwards25519.Scalar)
	for _, whose := range []keyOf{newKeyOf(random), {zero, edwards25519.NewIdentityPoint()}} {
		for _, inA := range torsion {
			for _, encodedA := range encodings(new(edwards25519.Point).Add(whose.public, inA)) {
				h := hot(t, encodedA)
				for _, inR := range torsion {
					for _, r := range []*edwards25519.Scalar{scalar(random), zero} {
						point := new(edwards25519.Point).ScalarBaseMult(r)
						for _, encodedR := range encodings(point.Add(point, inR)) {
							message := binary.LittleEndian.AppendUint64(nil, random.Uint64N(1<<8))
							sig := whose.sign(r, encodedR, encodedA, message)
							for _, s := range sizes(sig[32:])[:3] {
								tried++
								if compare(t, h, message, append(bytes.Clone(sig[:32]), s...)) {
									verified++
								}
							}
						}
					}
				}
			}
		}
	}
	if verified < 20 || verified > tried/2 {
		t.Errorf("%d of %d verify: the test does not reach what it is about", verified, tried)
	}
	t.Logf("%d of %d verify", verified, tried)
}

// sizes are S and what is the same number modulo L.
func sizes(s []byte) (all [][]byte) {
	for n := number(s); n.BitLen() <= 256; n = new(big.Int).Add(n, order) {
		all = append(all, little(n))
	}
	return all
}

// TestVerdictsOnTextsThatAreNone: what is no point, no number and no length.
func TestVerdictsOnTextsThatAreNone(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	pub, key := keyFrom(random)
	sig := ed25519.Sign(key, nil)
	for n := range 70 {
		agree(t, pub, nil, append(bytes.Clone(sig), sig...)[:n])
	}
	agree(t, pub, nil, nil)
	texts := [][]byte{make([]byte, 32), bytes.Repeat([]byte{0xff}, 32), little(order), little(prime), little(new(big.Int).Sub(order, big.NewInt(1)))}
	for y := range int64(32) {
		texts = append(texts, little(big.NewInt(y)), little(new(big.Int).Sub(prime, big.NewInt(y))))
	}
	for _, a := range texts {
		for _, r := range texts[:5] {
			for _, s := range texts[:5] {
				agree(t, a, nil, append(bytes.Clone(r), s...))
			}
		}
	}
}

// TestAFaultIsNoSignature: what is no point has no encoding.
func TestAFaultIsNoSignature(t *testing.T) {
	s := newSum()
	s.x.One()
	if r := [32]byte{}; s.encode(&r) {
		t.Errorf("encoded as %x", r)
	}
}

// TestAFaultyTableVerifiesNothing, whatever is compared with what was not encoded.
func TestAFaultyTableVerifiesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 16))
	pub, key := keyFrom(random)
	h, message := hot(t, pub), []byte("message")
	sig := ed25519.Sign(key, message)
	for _, multiples := range h.multiple.positions {
		for i := range multiples {
			multiples[i].plus.Add(&multiples[i].plus, d2)
		}
	}
	if h.verify(message, sig) || h.verify(message, append(make([]byte, 32), sig[32:]...)) {
		t.Error("a faulty table verifies")
	}
}
