package did

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"unicode/utf8"
)

// format is one kind of bytes that keys sign. No signature says which kind was
// meant, so each kind is told by its bytes alone.
type format struct {
	// name is a stable word; for texts it is the reason of a refusal.
	name string
	// covers is true for everything that a signer or a verifier of the format
	// could make, and cheap: it reads its argument once.
	covers func(payload []byte) bool
}

// What the registered key signs: requests in the schemes "reference" and "jcs-1",
// texts, and every other format of ours, which begins with [tagByte] and its name.
var (
	formatReference = &format{"request_reference", prefixed(`{"body": "`)}
	formatJCS       = &format{"request_jcs_1", prefixed(`{"aud":"`)}
	formatTagged    = &format{"tagged", prefixed(string([]byte{tagByte}))}
	formatText      = &format{"text", utf8.Valid}
)

// What it does not sign, because verifiers of these formats may find it in the
// DID document. Of them the assertion key signs formatJWS.
var (
	formatJWS        = &format{"jws", isJWS}
	formatHTTP       = &format{"http_signature", isSignatureBase}
	formatHTTPDraft  = &format{"http_signature_draft", isSignatureDraft}
	formatPASETO     = &format{"paseto", isPAE}
	formatDigestPair = &format{"digest_pair", isDigestPair}
)

// formats is the registry, the one that decides first. Between requests and
// foreign formats nothing but a length is shared: a request of 64 bytes is a
// digest pair for whoever inverts two hashes. Texts are what is left.
var formats = [...]*format{formatTagged, formatReference, formatJCS, formatJWS, formatHTTP, formatHTTPDraft, formatPASETO, formatDigestPair, formatText}

// tagByte cannot be in UTF-8, so that no text is of a format that begins with it.
const tagByte = 0xff

// notUTF8 is the reason for bytes that are of no format.
const notUTF8 = "not_utf8"

// prefixed covers what begins with the bytes that every payload begins with:
// a signer and a verifier of the request schemes write them themselves.
func prefixed(prefix string) func([]byte) bool {
	return func(payload []byte) bool { return bytes.HasPrefix(payload, []byte(prefix)) }
}

// isDigestPair covers two SHA-256 sums: Data Integrity proofs (eddsa-jcs-2022
// and its like) sign the hash of their options and that of the document. The
// length is all that tells them; it also covers one SHA-512 sum.
func isDigestPair(payload []byte) bool { return len(payload) == 64 }

// formatOf returns the format of the exact bytes, nil if it is none.
func formatOf(payload []byte) *format {
	for _, f := range formats {
		if f.covers(payload) {
			return f
		}
	}
	return nil
}

var errFormat = errors.New("did: payload is of another format than it is signed as")

// check reports bytes that are not of format f, or could be of another one too.
func (f *format) check(payload []byte) error {
	got := formatOf(payload)
	switch {
	case got == f:
		return nil
	case f != formatText:
		return errFormat
	case got == nil:
		return &TextError{notUTF8}
	}
	return &TextError{got.name}
}

// AppendTag appends what the payload of a format of ours begins with: the byte
// 0xFF, which no text in UTF-8 has, and the format's name. A JSON object follows.
func AppendTag(dst []byte, name string) []byte { return append(append(dst, tagByte), name...) }

// SignTagged signs the payload of a format of ours as base58: what [AppendTag]
// makes of its name, and a JSON object. It refuses any other bytes.
func (k *KeyPair) SignTagged(name string, payload []byte) (string, error) {
	if !bytes.HasPrefix(payload, append(AppendTag(nil, name), '{')) {
		return "", errFormat
	}
	return k.sign(formatTagged, payload)
}

// SignRequest signs the payload of a request in the scheme "reference" or
// "jcs-1" as base58. Package signature makes them. It refuses any other bytes.
func (k *KeyPair) SignRequest(payload []byte) (string, error) {
	if formatJCS.covers(payload) {
		return k.sign(formatJCS, payload)
	}
	return k.sign(formatReference, payload)
}

func (k *KeyPair) sign(f *format, payload []byte) (string, error) {
	sig, err := k.signature(f, payload)
	if err != nil {
		return "", err
	}
	return encodeSignature(sig), nil
}

// signature is the only use of the private key. It signs payload as of format f, and
// refuses what could be taken for another format: whoever has a text repeated
// by the agent must not get the agent's signature over a request.
func (k *KeyPair) signature(f *format, payload []byte) ([]byte, error) {
	if err := f.check(payload); err != nil {
		return nil, err
	}
	return ed25519.Sign(k.private(), payload), nil
}
