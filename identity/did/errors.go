package did

import "errors"

// Sentinel errors. Every error of this package wraps at least one of them;
// texts around them name the remedy and never hold a secret.
var (
	// ErrMalformed reports text that is not a DID this runtime accepts.
	ErrMalformed = errors.New("malformed DID")

	// ErrPublicKey reports text or bytes that are not an Ed25519 public key.
	ErrPublicKey = errors.New("not an Ed25519 public key")
	// ErrWeakKey reports a public key under which signatures prove nothing:
	// a point of small order, or a point not in its one canonical encoding.
	ErrWeakKey = errors.New("weak Ed25519 public key")

	// ErrKeyChanged reports a registered key that is not the one pinned or
	// remembered for its DID.
	ErrKeyChanged = errors.New("registered key is not the one known for the DID")

	// ErrKeyCorrupt reports key files that are damaged or contradict each other.
	ErrKeyCorrupt = errors.New("key is corrupt")
	// ErrKeyPassword reports an encrypted key file opened without a password or
	// with a wrong one, and a plain one opened with a password.
	ErrKeyPassword = errors.New("wrong key password")
	// ErrKeyExists reports that a key pair is already stored.
	ErrKeyExists = errors.New("key already exists")

	// ErrTextRefused is wrapped by every [*TextError]: a text that could be
	// something else that a key signs.
	ErrTextRefused = errors.New("not signed as a text")

	// ErrSignatureMalformed reports text that is not base58 of 64 bytes.
	ErrSignatureMalformed = errors.New("malformed signature")
	// ErrSignatureMismatch reports a well-formed signature that does not verify.
	ErrSignatureMismatch = errors.New("signature does not verify")

	// ErrBodyNotUTF8 reports a body that is not valid UTF-8.
	ErrBodyNotUTF8 = errors.New("body is not valid UTF-8")
	// ErrBodyNotCanonical is wrapped by every reason for which a body has no
	// RFC 8785 form, that is by the four errors below.
	ErrBodyNotCanonical = errors.New("body has no canonical JSON form")
	// ErrSyntax reports a body that is not exactly one JSON value.
	ErrSyntax error = bodyError("not exactly one JSON value")
	// ErrDuplicateKey reports an object with two members of one name.
	ErrDuplicateKey error = bodyError("duplicate object key")
	// ErrNumber reports a number whose decimal value RFC 8785 would change.
	ErrNumber error = bodyError("number changes its value in canonical form")
	// ErrDepth reports arrays and objects nested deeper than [MaxDepth].
	ErrDepth error = bodyError("nested too deeply")
)

// bodyError is one of the ways in which a body has no canonical form.
type bodyError string

func (e bodyError) Error() string        { return string(e) }
func (e bodyError) Is(target error) bool { return target == ErrBodyNotCanonical }
