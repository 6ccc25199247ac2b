package signature

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"iter"

	"github.com/getbindu/bindu-go/identity/did"
)

// Mismatch says over which bytes a signature was made that does not verify.
type Mismatch struct {
	// Form describes the payload that was signed.
	Form string
	// Offset is where that payload first differs from the one of the scheme, in bytes.
	Offset int
	// Unfinished tells, where no form fits, that not all were tried: the body is
	// so long that the search would take minutes.
	Unfinished bool
	// Signed and Expected are both payloads from a little before Offset on, cut short.
	Signed, Expected string
}

// String is one line for a human.
func (m Mismatch) String() string {
	return fmt.Sprintf("the signature fits %s; from byte %d on that reads %q, the scheme wants %q", m.Form, m.Offset, m.Signed, m.Expected)
}

// Explain looks for the reason why a signature does not verify: it tries the
// payload forms that other signers make by mistake, a few hundred of them. It
// reports false when the signature is malformed or verifies, when the request
// has no payload at all, and when no form fits (of those that were tried where
// [Mismatch.Unfinished] is set): then the body, the DID or the
// timestamp was changed, or the key is another one. It is for diagnosis; its
// result admits nobody.
func Explain(pub ed25519.PublicKey, s Scheme, r Request, signature string) (Mismatch, bool) {
	sig, err := did.OpenSignature(pub, signature)
	if err != nil {
		return Mismatch{}, false
	}
	expected, err := s.Payload(r)
	if err != nil || ed25519.Verify(pub, expected, sig) {
		return Mismatch{}, false
	}
	form, payload, unfinished := search(otherForms(s, r), func(payload []byte) bool { return ed25519.Verify(pub, payload, sig) })
	if payload == nil {
		return Mismatch{Unfinished: unfinished}, false
	}
	return mismatch(form, payload, expected), true
}

// maxSearched is how many bytes of payloads are tried in all, which takes about a
// second. It is enough for every form of a body of a quarter of a megabyte.
const maxSearched = 128 << 20

// search returns the first payload that fits, and whether it gave up before.
func search(forms iter.Seq2[string, []byte], fits func(payload []byte) bool) (form string, payload []byte, unfinished bool) {
	tried := 0
	for form, payload := range forms {
		if tried += len(payload); tried > maxSearched {
			return "", nil, true
		}
		if fits(payload) {
			return form, payload, false
		}
	}
	return "", nil, false
}

func mismatch(form string, signed, expected []byte) Mismatch {
	at := 0
	for at < len(signed) && at < len(expected) && signed[at] == expected[at] {
		at++
	}
	return Mismatch{Form: form, Offset: at, Signed: excerpt(signed, at), Expected: excerpt(expected, at)}
}

func excerpt(payload []byte, at int) string {
	const before, after = 8, 24
	return string(bytes.ToValidUTF8(payload[max(0, at-before):min(len(payload), at+after)], nil))
}
