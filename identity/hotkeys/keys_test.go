package hotkeys

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestAKeyIsHotAfterSomeUses, of which those that fail are none.
func TestAKeyIsHotAfterSomeUses(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	pub, key := keyFrom(random)
	k, message := New(4), []byte("message")
	sig, bad := ed25519.Sign(key, message), make([]byte, 64)
	for n := range usesBefore {
		for range 3 {
			if k.Verify(pub, message, bad) {
				t.Fatal("a bad signature verifies")
			}
		}
		if _, hot := k.hot.GetIfPresent(encodedKey(pub)); hot {
			t.Fatalf("hot after %d uses", n)
		}
		if !k.Verify(pub, message, sig) {
			t.Fatal("a good signature does not verify")
		}
	}
	if _, hot := k.hot.GetIfPresent(encodedKey(pub)); !hot || k.counts.EstimatedSize() != 0 {
		t.Errorf("after %d uses it is hot: %v", usesBefore, hot)
	}
	if !k.Verify(pub, message, sig) || k.Verify(pub, message, bad) || k.Verify(pub, message[1:], sig) {
		t.Error("a hot key has other verdicts")
	}
}

// TestAFloodOfKeysTakesSoMuch: neither keys that are used nor those that are counted
// become more than is said, and a key that is used more than others stays hot.
func TestAFloodOfKeysTakesSoMuch(t *testing.T) {
	const atMost = 4
	random := rand.New(rand.NewPCG(6, 6))
	k := New(atMost)
	use := func(pub ed25519.PublicKey, sig []byte, times int) {
		for range times {
			if !k.Verify(pub, nil, sig) {
				t.Fatal("a good signature does not verify")
			}
		}
	}
	own, ownKey := keyFrom(random)
	ownSig := ed25519.Sign(ownKey, nil)
	use(own, ownSig, 10*usesBefore)
	for range 20 * atMost {
		pub, key := keyFrom(random)
		use(pub, ed25519.Sign(key, nil), usesBefore)
		use(own, ownSig, 2)
	}
	for range 40 * counted * atMost {
		pub, key := keyFrom(random)
		use(pub, ed25519.Sign(key, nil), 1)
	}
	k.hot.CleanUp()
	k.counts.CleanUp()
	if hot, counts := k.hot.EstimatedSize(), k.counts.EstimatedSize(); hot > atMost || counts > counted*atMost {
		t.Errorf("%d are hot, %d counted; at most %d and %d", hot, counts, atMost, counted*atMost)
	}
	if _, hot := k.hot.GetIfPresent(encodedKey(own)); !hot {
		t.Error("the key that is used most is hot no more")
	}
}

// TestKeysAreShared by requests that come together, at each moment of a key's life.
func TestKeysAreShared(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	k := New(2)
	var group sync.WaitGroup
	for range 3 {
		pub, key := keyFrom(random)
		sig := ed25519.Sign(key, nil)
		for range 4 {
			group.Go(func() {
				for range 2 * usesBefore {
					if !k.Verify(pub, nil, sig) || k.Verify(pub, nil, sig[:63]) {
						t.Error("another verdict")
					}
				}
			})
		}
	}
	group.Wait()
}

// TestWithoutTables: none are asked for.
func TestWithoutTables(t *testing.T) {
	pub, key := keyFrom(rand.New(rand.NewPCG(8, 8)))
	sig := ed25519.Sign(key, nil)
	for _, atMost := range []int{0, -1} {
		t.Run(fmt.Sprint(atMost), func(t *testing.T) {
			if k := New(atMost); k != nil || !k.Verify(pub, nil, sig) || k.Verify(pub, []byte("a"), sig) {
				t.Errorf("%v", k)
			}
		})
	}
}

// TestAKeyOfAnotherLength makes crypto/ed25519 panic, with tables as without.
func TestAKeyOfAnotherLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a verdict")
		}
	}()
	New(1).Verify(make([]byte, 31), nil, make([]byte, 64))
}

// TestWhoSignsNothingKeepsNothing: of keys that are no points and signatures that are none
// nothing is kept, and one signature each makes no table.
func TestWhoSignsNothingKeepsNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 14))
	k := New(8)
	noPoint := bytes.Repeat([]byte{0xff}, 32)
	pub, _ := keyFrom(random)
	for range 4 * usesBefore {
		if k.Verify(noPoint, nil, make([]byte, 64)) || k.Verify(pub, nil, make([]byte, 64)) {
			t.Fatal("verified")
		}
	}
	if n := k.hot.EstimatedSize() + k.counts.EstimatedSize(); n != 0 {
		t.Errorf("%d are kept of keys that signed nothing", n)
	}
	for range 8 {
		pub, key := keyFrom(random)
		k.Verify(pub, nil, ed25519.Sign(key, nil))
	}
	if hot, counts := k.hot.EstimatedSize(), k.counts.EstimatedSize(); hot != 0 || counts != 8 {
		t.Errorf("%d are hot after one use, %d counted", hot, counts)
	}
}

// TestManyKeysInUseTakeTurns: there are as many tables as may be, whoever comes.
func TestManyKeysInUseTakeTurns(t *testing.T) {
	const atMost = 3
	random := rand.New(rand.NewPCG(15, 15))
	k := New(atMost)
	for range 5 * atMost {
		pub, key := keyFrom(random)
		sig := ed25519.Sign(key, nil)
		for range usesBefore + 1 {
			if !k.Verify(pub, nil, sig) {
				t.Fatal("not verified")
			}
		}
	}
	k.hot.CleanUp()
	if n := k.hot.EstimatedSize(); n > atMost || n == 0 {
		t.Errorf("%d are hot, at most %d", n, atMost)
	}
	for range 20 * counted * atMost {
		pub, key := keyFrom(random)
		k.Verify(pub, nil, ed25519.Sign(key, nil))
	}
	k.counts.CleanUp()
	if n := k.counts.EstimatedSize(); n > counted*atMost {
		t.Errorf("%d are counted, at most %d", n, counted*atMost)
	}
}

// TestWhatAHotKeyTakes holds [Bytes] to the truth.
func TestWhatAHotKeyTakes(t *testing.T) {
	pub, _ := keyFrom(rand.New(rand.NewPCG(9, 9)))
	h, ok := newHotKey(encodedKey(pub))
	if !ok {
		t.Fatal("no point")
	}
	const affineBytes, sliceBytes = 3 * 5 * 8, 24
	size := 0
	for _, multiples := range h.multiple.positions {
		size += sliceBytes + cap(multiples)*affineBytes
	}
	if size > Bytes || size < Bytes*9/10 {
		t.Errorf("%d bytes, said are %d", size, Bytes)
	}
}

// TestVerifyAllocatesNothing on the way of every request.
func TestVerifyAllocatesNothing(t *testing.T) {
	pub, key := keyFrom(rand.New(rand.NewPCG(10, 10)))
	k, message := New(1), make([]byte, 1024)
	sig := ed25519.Sign(key, message)
	for range usesBefore {
		k.Verify(pub, message, sig)
	}
	if n := testing.AllocsPerRun(100, func() { k.Verify(pub, message, sig) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkVerify(b *testing.B) {
	pub, key := keyFrom(rand.New(rand.NewPCG(11, 11)))
	message := make([]byte, 1024)
	sig := ed25519.Sign(key, message)
	for name, k := range map[string]*Keys{"crypto ed25519": nil, "hot": New(1)} {
		b.Run(name, func(b *testing.B) {
			for range usesBefore {
				k.Verify(pub, message, sig)
			}
			b.ReportAllocs()
			for b.Loop() {
				if !k.Verify(pub, message, sig) {
					b.Fatal("it does not verify")
				}
			}
		})
	}
}

func BenchmarkTable(b *testing.B) {
	pub, _ := keyFrom(rand.New(rand.NewPCG(12, 12)))
	for b.Loop() {
		newHotKey(encodedKey(pub))
	}
}
