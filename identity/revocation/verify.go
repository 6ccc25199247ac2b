package revocation

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	// MaxBytes is the longest message that is read.
	MaxBytes = 64 << 10
	// maxNumber is the largest that RFC 8785 writes exactly.
	maxNumber = 1<<53 - 1
	// maxText is the longest epoch, nonce or reason of an end, in bytes.
	maxText = 128
)

// ErrInvalid: the bytes are no message of that registrar to that follower on that stream.
var ErrInvalid = errors.New("not a message of the registrar on this stream of revocations")

// Verify returns the message in data, if registrar says it to follower on the stream with
// that nonce. The error is [ErrInvalid]. Whether it follows the one before, and comes in
// time, is for the reader of the stream.
func Verify(data []byte, registrar, follower did.DID, stream string) (Message, error) {
	var w wire
	if len(data) > MaxBytes || json.Unmarshal(data, &w, json.RejectUnknownMembers(true)) != nil {
		return Message{}, fmt.Errorf("%w: malformed", ErrInvalid)
	}
	if w.Registrar != registrar.String() || w.Follower != follower.String() || w.Stream != stream || stream == "" {
		return Message{}, fmt.Errorf("%w: it is by or for another", ErrInvalid)
	}
	m, err := w.message()
	if err != nil {
		return Message{}, err
	}
	if err := w.verify(registrar); err != nil {
		return Message{}, err
	}
	return m, nil
}

// verify checks that the key is the registrar's, and the signature the key's.
func (w wire) verify(registrar did.DID) error {
	key, err := did.DecodePublicKey(w.RegistrarKey)
	if err != nil || !registrar.BoundTo(key) {
		return fmt.Errorf("%w: the registrar's DID does not follow from the key that is given", ErrInvalid)
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(w.Signature)
	if err != nil || len(signature) != ed25519.SignatureSize || !ed25519.Verify(key, w.payload(), signature) {
		return fmt.Errorf("%w: the signature does not verify", ErrInvalid)
	}
	return nil
}

// message reads the members. What passes has one spelling, and needs no escape.
func (w wire) message() (m Message, err error) {
	var errs [3]error
	m = Message{Stream: w.Stream, Number: w.Number, Epoch: w.Epoch, Head: w.Head, More: w.More, End: w.End}
	m.Registrar, errs[0] = did.Parse(w.Registrar)
	m.Follower, errs[1] = did.Parse(w.Follower)
	m.Issued, errs[2] = parseTime(w.IssuedAt)
	switch {
	case errors.Join(errs[:]...) != nil:
		return Message{}, fmt.Errorf("%w: a name or a time is malformed", ErrInvalid)
	case !isPlain(w.Stream) || !isPlain(w.Epoch) || w.End != "" && !isPlain(w.End):
		return Message{}, fmt.Errorf("%w: a text is malformed", ErrInvalid)
	case w.Number < 1 || w.Number > maxNumber || w.Head < 0 || w.Head > maxNumber:
		return Message{}, fmt.Errorf("%w: a number is out of range", ErrInvalid)
	case len(w.Events) > MaxEvents || w.Events == nil:
		return Message{}, fmt.Errorf("%w: it has no events, or too many", ErrInvalid)
	}
	m.Events, err = w.events()
	return m, err
}

func (w wire) events() (all []Event, err error) {
	for _, e := range w.Events {
		d, malformed := did.Parse(e.DID)
		at, unreadable := parseTime(e.At)
		if malformed != nil || unreadable != nil || e.Seq < 1 || e.Seq > w.Head || e.State != stateRevoked && e.State != stateRestored {
			return nil, fmt.Errorf("%w: an event is malformed", ErrInvalid)
		}
		all = append(all, Event{d, e.State == stateRevoked, e.Seq, at})
	}
	return all, nil
}

func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(stamp, text)
	if err == nil && t.Format(stamp) != text {
		err = ErrInvalid
	}
	return t, err
}

// isPlain reports whether a text is of the letters of which epochs, nonces and reasons are.
func isPlain(text string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
	return text != "" && len(text) <= maxText && strings.Trim(text, alphabet) == ""
}
