package registrarapi

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// Errors of this package, beside [oauth.ErrUnavailable] and
// [oauth.ErrInvalidResponse]. Those that wrap the former may end by themselves.
var (
	// ErrUnreachable: the registrar gave no answer.
	ErrUnreachable = fmt.Errorf("the registrar does not answer: %w", oauth.ErrUnavailable)
	// ErrDatabase: the registrar cannot use its database now.
	ErrDatabase = fmt.Errorf("the registrar cannot use its database: %w", oauth.ErrUnavailable)
	// ErrUntrusted: who answers at the registrar's address does not prove to be it.
	ErrUntrusted = fmt.Errorf("who answers at REGISTRAR__URL is not the registrar: %w", oauth.ErrUnavailable)
	// ErrBusy: the registrar wants to be asked again later.
	ErrBusy = fmt.Errorf("the registrar is busy and is asked again when it says: %w", oauth.ErrUnavailable)
	// ErrPending: the registration waits for the registrar's operator. The error is a [*PendingError].
	ErrPending = fmt.Errorf("the registration waits for the registrar's operator: %w", oauth.ErrUnavailable)
	// ErrForeignWriter: somebody else writes our client at the authorization server.
	ErrForeignWriter = fmt.Errorf("somebody else changed our client at Hydra; the registrar's operator has to look at it, and to restore our DID: %w", oauth.ErrUnavailable)
	// ErrClock: our clock and the registrar's differ by more than it forgives.
	ErrClock = fmt.Errorf("our clock differs from the registrar's; synchronise the clocks (NTP): %w", oauth.ErrUnavailable)

	// ErrRevoked: the registrar's operator revoked our DID.
	ErrRevoked = errors.New("our DID is revoked; only the registrar's operator can restore it")
	// ErrNotRegistered: the registrar does not know us, or not with our key.
	ErrNotRegistered = errors.New("our DID is not registered at the registrar with our key; restart the agent, which registers it")
	// ErrSecretEnded: the registrar's operator ended our client secret; another one has to be made.
	ErrSecretEnded = errors.New("the registrar's operator ended our client secret")
	// ErrTokenRequired: who is not known needs an enrolment token.
	ErrTokenRequired = errors.New("the registrar enrols nobody without an enrolment token; " +
		"ask its operator for one, and name the file that holds it in REGISTRAR__ENROLMENT_TOKEN_FILE")
	// ErrTokenRefused: the enrolment token is of no use to us, or the DID has another key.
	ErrTokenRefused = errors.New("the registrar refuses our enrolment token: it is not known, has expired, is used up or is for other names; " +
		"or our DID has another key; the registrar's operator sees which")
	// ErrNotKeyBound: our DID does not follow from our key, and nobody vouches for it.
	ErrNotKeyBound = errors.New("our DID does not follow from our key, or has another one at the registrar; " +
		"an enrolment token for exactly our author and name binds a new one: REGISTRAR__ENROLMENT_TOKEN_FILE")
	// ErrSecretWeak: the secret on disk is none that the registrar takes.
	ErrSecretWeak = errors.New("the registrar refuses the client secret on disk as weak; " +
		"move oauth_credentials.json away, and the next start makes a new one")
	// ErrRefused: the registrar refuses what we ask for another reason, which time will not mend.
	ErrRefused = errors.New("the registrar refuses the request; docs/troubleshooting.md has the remedy under the word")
	// ErrUnknown: the registrar knows no such DID, or it is revoked.
	ErrUnknown = errors.New("the registrar knows no such DID")
	// ErrUnbound: the DID does not follow from the key that the registrar names.
	ErrUnbound = errors.New("only the registrar's word binds the DID to its key; name the key in DID__PINNED_KEYS, " +
		"or believe the registrar: REGISTRAR__UNBOUND_KEYS=true")
	// ErrStatement: what the registrar says of a key is not signed by it, or not now.
	ErrStatement = fmt.Errorf("%w: what the registrar says of a key does not verify", oauth.ErrInvalidResponse)

	errReplayed  = errors.New("the request was seen before")
	errMediaType = fmt.Errorf("%w: the media type is not application/json", oauth.ErrInvalidResponse)
	errAnswer    = fmt.Errorf("%w: not an answer to what was asked", oauth.ErrInvalidResponse)
	errTooLong   = fmt.Errorf("%w: more than %d bytes", oauth.ErrInvalidResponse, maxAnswer)
	errNoSuchAPI = fmt.Errorf("%w: no registrar at this address, or one of another version; check REGISTRAR__URL", oauth.ErrUnavailable)
)

// Error says which request to the registrar failed, and how.
type Error struct {
	// Op is what was asked for, such as "introspect token".
	Op string
	// URL is the URL that was asked.
	URL string
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Word is the stable word of a refusal, "" if there was none.
	Word string
	// Later is when the registrar wants to be asked again, zero if it did not say.
	Later time.Duration
	// Err is the cause; it wraps an error of this package or of oauth.
	Err error
}

// Error names operation, URL, status, word and cause.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s: ", e.Op, e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, "status %d: ", e.Status)
	}
	if e.Word != "" {
		fmt.Fprintf(&b, "%s: ", e.Word)
	}
	fmt.Fprintf(&b, "%v", e.Err)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RetryAfter is when it is worth asking again.
func (e *Error) RetryAfter() time.Duration { return e.Later }

// PendingError says what the operator has to compare.
type PendingError struct {
	// DID and Fingerprint are what the operator approves: who asks, and with which key.
	DID, Fingerprint string
}

// Error names both. Nothing is unavailable, whatever it wraps.
func (e *PendingError) Error() string {
	return fmt.Sprintf("the registration waits until the registrar's operator approves it: registrar approve %s %s", e.DID, e.Fingerprint)
}

// Unwrap returns [ErrPending].
func (e *PendingError) Unwrap() error { return ErrPending }
