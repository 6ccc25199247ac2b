package hostile

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/signature"
)

// smallOrder are the points of small order of edwards25519, and encodings that
// RFC 8032 section 5.1.3 forbids.
var smallOrder = [...]string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

// weakKeys registers each of them; a signature of (R = key, S = 0) would open
// some of them with crypto/ed25519.
func weakKeys() cases {
	c := make(cases)
	for _, text := range smallOrder {
		c[text[:8]+"…"+text[60:]] = func(s *shot) {
			key, err := hex.DecodeString(text)
			if err != nil {
				s.t.Fatal(err)
			}
			registered(base58.Encode(key))(s)
			s.after(func() { s.set(signature.HeaderSignature, base58.Encode(append(key, make([]byte, 32)...))) })
		}
	}
	return c
}

func encoded(n int) string { return base58.Encode(slices.Repeat([]byte{7}, n)) }

// signatures are texts that are not one.
func signatures() cases {
	c := make(cases)
	for name, text := range map[string]string{
		"letters that base58 lacks": strings.Repeat("0OIl", 22), "spaces": encoded(32) + " " + encoded(32),
		"63 bytes": encoded(63), "65 bytes": encoded(65), "leading ones": "1" + encoded(64), "one letter": "2",
		"20 kB": strings.Repeat("z", 20_000), "base64": strings.Repeat("A", 86) + "==", "hexadecimal": strings.Repeat("0f", 64),
	} {
		c[name] = header(signature.HeaderSignature, text)
	}
	return c
}

// malleable adds the order of the group to S, which leaves the equation true.
func malleable(s *shot) {
	s.after(func() {
		sig, err := base58.Decode(s.get(signature.HeaderSignature))
		if err != nil {
			s.t.Fatal(err)
		}
		order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
		scalar := slices.Clone(sig[32:])
		slices.Reverse(scalar)
		sum := new(big.Int).Add(new(big.Int).SetBytes(scalar), order).FillBytes(make([]byte, 32))
		slices.Reverse(sum)
		s.set(signature.HeaderSignature, base58.Encode(append(sig[:32], sum...)))
	})
}

// otherForms sign what a careless implementation would.
func otherForms() cases {
	form := func(payload func(s *shot) string) spoil {
		return func(s *shot) {
			s.body = []byte(text)
			s.after(func() {
				s.set(signature.HeaderSignature, base58.Encode(ed25519.Sign(s.caller.raw, []byte(payload(s)))))
			})
		}
	}
	body := func(s *shot) string {
		b, err := json.Marshal(string(s.body))
		if err != nil {
			s.t.Fatal(err)
		}
		return string(b)
	}
	return cases{
		"no spaces": form(func(s *shot) string {
			return fmt.Sprintf(`{"body":%s,"did":%q,"timestamp":%s}`, body(s), s.signer, s.time)
		}),
		"another order": form(func(s *shot) string {
			return fmt.Sprintf(`{"did": %q, "body": %s, "timestamp": %s}`, s.signer, body(s), s.time)
		}),
		"not ASCII only": form(func(s *shot) string {
			return fmt.Sprintf(`{"body": %s, "did": %q, "timestamp": %s}`, body(s), s.signer, s.time)
		}),
		"timestamp as text": form(func(s *shot) string {
			return fmt.Sprintf(`{"body": %s, "did": %q, "timestamp": "%s"}`, body(s), s.signer, s.time)
		}),
		"the body alone": form(func(s *shot) string { return string(s.body) }),
	}
}
