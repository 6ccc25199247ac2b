package did

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"filippo.io/edwards25519"
	"github.com/mr-tron/base58"
)

// weakOnCurve decides by curve arithmetic what checkPublicKey decides by
// comparing bytes: is the encoding a point, canonical, and of large order?
func weakOnCurve(pub []byte) (onCurve, weak bool) {
	p, err := new(edwards25519.Point).SetBytes(pub)
	if err != nil {
		return false, false
	}
	smallOrder := new(edwards25519.Point).MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1
	return true, smallOrder || !bytes.Equal(p.Bytes(), pub)
}

// smallOrderPoints computes the eight points of the torsion subgroup: q times a
// random point, q being the order of the prime-order subgroup.
func smallOrderPoints(t *testing.T) [][]byte {
	t.Helper()
	found := map[string]bool{}
	random := rand.New(rand.NewPCG(1, 2))
	var points [][]byte
	for range 10_000 {
		if len(points) == 8 {
			break
		}
		candidate := make([]byte, 32)
		for i := range candidate {
			candidate[i] = byte(random.Uint32())
		}
		p, err := new(edwards25519.Point).SetBytes(candidate)
		if err != nil {
			continue
		}
		torsion := timesGroupOrder(p)
		if enc := torsion.Bytes(); !found[string(enc)] {
			found[string(enc)] = true
			points = append(points, enc)
		}
	}
	if len(points) != 8 {
		t.Fatalf("found %d points of small order, there are 8", len(points))
	}
	return points
}

func timesGroupOrder(p *edwards25519.Point) *edwards25519.Point {
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
	sum := edwards25519.NewIdentityPoint()
	for i := order.BitLen() - 1; i >= 0; i-- {
		sum.Add(sum, sum)
		if order.Bit(i) == 1 {
			sum.Add(sum, p)
		}
	}
	return sum
}

// nonCanonical lists every encoding with y >= p, and those with the sign of a
// negative zero.
func nonCanonical() [][]byte {
	var list [][]byte
	for low := 0xed; low <= 0xff; low++ {
		for _, top := range []byte{0x7f, 0xff} {
			enc := bytes.Repeat([]byte{0xff}, 32)
			enc[0], enc[31] = byte(low), top
			list = append(list, enc)
		}
	}
	one, minusOne := make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)
	one[0], one[31], minusOne[0] = 1, 0x80, 0xec
	return append(list, one, minusOne)
}

func TestWeakKeys(t *testing.T) {
	for _, enc := range slices.Concat(smallOrderPoints(t), nonCanonical()) {
		t.Run("074 "+base58.Encode(enc), func(t *testing.T) {
			if err := checkPublicKey(enc); !errors.Is(err, ErrWeakKey) {
				t.Errorf("checkPublicKey(%x) = %v", enc, err)
			}
			if _, err := DecodePublicKey(EncodePublicKey(enc)); !errors.Is(err, ErrWeakKey) {
				t.Errorf("DecodePublicKey(%x) = %v", enc, err)
			}
			if err := VerifyText(enc, "text", strings.Repeat("1", 64)); !errors.Is(err, ErrWeakKey) {
				t.Errorf("VerifyText under %x: %v", enc, err)
			}
		})
	}
}

// The attack that the check exists for: under the key y=1 one signature fits
// every message.
func TestWeakKeyForgery(t *testing.T) {
	key := make(ed25519.PublicKey, 32)
	key[0] = 1
	forged := make([]byte, 64)
	forged[0] = 1
	if !ed25519.Verify(key, []byte("anything"), forged) {
		t.Fatal("crypto/ed25519 refuses the forgery by now; this test shows nothing any more")
	}
	if _, err := OpenSignature(key, base58.Encode(forged)); !errors.Is(err, ErrWeakKey) {
		t.Errorf("forged signature: %v, want ErrWeakKey", err)
	}
}

func TestCheckAgreesWithCurve(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		enc := make([]byte, 32)
		for i := range enc {
			enc[i] = byte(random.Uint32())
		}
		compareWithCurve(t, enc)
	}
}

func compareWithCurve(t *testing.T, enc []byte) {
	t.Helper()
	onCurve, weak := weakOnCurve(enc)
	err := checkPublicKey(enc)
	if onCurve && weak != errors.Is(err, ErrWeakKey) {
		t.Errorf("%x: weak on the curve: %v, check: %v", enc, weak, err)
	}
	_, err = DecodePublicKey(EncodePublicKey(enc))
	if onCurve && !weak != (err == nil) || !onCurve && err == nil {
		t.Errorf("%x: on curve %v, weak %v, decoded: %v", enc, onCurve, weak, err)
	}
}

func TestDecodePublicKey(t *testing.T) {
	k, err := KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	text := EncodePublicKey(k.PublicKey())
	if pub, err := DecodePublicKey(text); err != nil || !pub.Equal(k.PublicKey()) {
		t.Fatalf("DecodePublicKey(%s) = %x, %v", text, pub, err)
	}
	for name, bad := range map[string]string{
		"075 empty":            "",
		"075 31 bytes":         base58.Encode(k.PublicKey()[:31]),
		"075 33 bytes":         base58.Encode(append(k.PublicKey(), 1)),
		"075 leading 1":        "1" + text,
		"075 forbidden letter": "0" + text[1:],
		"075 space":            text + " ",
		"075 not ASCII":        "\u00e9" + text[2:],
		"075 1 MB":             strings.Repeat("z", 1<<20),
		"075 not on the curve": EncodePublicKey(append([]byte{2}, make([]byte, 31)...)),
		"075 hexadecimal":      strings.Repeat("3b", 32),
	} {
		t.Run(name, func(t *testing.T) {
			if pub, err := DecodePublicKey(bad); !errors.Is(err, ErrPublicKey) || pub != nil {
				t.Errorf("DecodePublicKey = %x, %v; want ErrPublicKey", pub, err)
			}
		})
	}
}

func TestVerifySurvivesKeysOfAnyLength(t *testing.T) {
	for n := range 70 {
		if n == ed25519.PublicKeySize {
			continue
		}
		if _, err := OpenSignature(make([]byte, n), strings.Repeat("1", 64)); !errors.Is(err, ErrPublicKey) {
			t.Errorf("key of %d bytes: %v, want ErrPublicKey", n, err)
		}
	}
}
