package did

import "crypto/ed25519"

// MetadataSignature is the metadata key under which a text part of an artifact
// carries its signature.
const MetadataSignature = "did.message.signature"

// SignText signs the UTF-8 bytes of an artifact's text part, as base58.
func SignText(k *KeyPair, text string) string {
	return encodeSignature(k.Sign([]byte(text)))
}

// VerifyText checks a signature made by [SignText]. Errors: [ErrPublicKey],
// [ErrWeakKey], [ErrSignatureMalformed], [ErrSignatureMismatch].
func VerifyText(pub ed25519.PublicKey, text, signature string) error {
	sig, err := openSignature(pub, signature)
	if err != nil {
		return err
	}
	if !ed25519.Verify(pub, []byte(text), sig) {
		return ErrSignatureMismatch
	}
	return nil
}
