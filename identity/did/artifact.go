package did

import (
	"crypto/ed25519"
	"fmt"
)

// Metadata keys of an artifact's text part: its signature, or the word of the
// [*TextError] for which it has none.
const (
	MetadataSignature = "did.message.signature"
	MetadataOmitted   = "did.message.signature.omitted"
)

// TextError reports a text that is not signed, and whose signature counts for
// nothing, because its bytes could be of another format. It wraps
// [ErrTextRefused].
type TextError struct {
	// Reason is the stable word of the format. docs/wire-format.md lists them.
	Reason string
}

// Error names the reason.
func (e *TextError) Error() string {
	return fmt.Sprintf("%v: its bytes could be of another format (%s)", ErrTextRefused, e.Reason)
}

// Unwrap returns [ErrTextRefused].
func (e *TextError) Unwrap() error { return ErrTextRefused }

// SignText signs the UTF-8 bytes of an artifact's text part, as base58. A text
// that could be a request, or anything else that keys sign, is refused with a
// [*TextError]: the part is then sent without a signature.
func SignText(k *KeyPair, text string) (string, error) {
	return k.sign(formatText, []byte(text))
}

// VerifyText checks a signature made by [SignText]. Errors: [ErrPublicKey],
// [ErrWeakKey], [ErrSignatureMalformed], [ErrSignatureMismatch], and a
// [*TextError] for a text that SignText refuses: whatever was signed there, say
// a request of the agent's own, was not meant as a text.
func VerifyText(pub ed25519.PublicKey, text, signature string) error {
	sig, err := OpenSignature(pub, signature)
	if err != nil {
		return err
	}
	if err := formatText.check([]byte(text)); err != nil {
		return err
	}
	if !ed25519.Verify(pub, []byte(text), sig) {
		return ErrSignatureMismatch
	}
	return nil
}
