package signature

import "errors"

// Sentinel errors. Texts around them name the remedy and never hold a secret.
// What is wrong with a body, a key or the text of a signature is an error of
// package did.
var (
	// ErrMissing reports headers without a signature, or with a part of one.
	ErrMissing = errors.New("no signature")
	// ErrScheme reports an unknown signature scheme.
	ErrScheme = errors.New("unknown signature scheme")
	// ErrTimestamp reports a timestamp that is not a canonical decimal.
	ErrTimestamp = errors.New("malformed timestamp")
	// ErrNonce reports a nonce of the wrong length or alphabet.
	ErrNonce = errors.New("malformed nonce")
	// ErrRecipient reports a request that was signed for somebody else.
	ErrRecipient = errors.New("signed for another recipient")
	// ErrRequest reports a request that lacks a field its scheme binds.
	ErrRequest = errors.New("request cannot be signed")
	// ErrAnswer reports an answer whose signature is for another agent, or another place
	// of a stream, or stands there twice.
	ErrAnswer = errors.New("not the signature of this answer")
	// ErrCut reports a stream that ends without its signed end.
	ErrCut = errors.New("the stream was cut off")
)
