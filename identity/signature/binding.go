package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/identity/did"
)

// AnswerScheme is the name of a way in which answers are signed, as it stands in
// [HeaderSignResponse], in [HeaderScheme] of an answer and on an agent's card.
type AnswerScheme string

const (
	// Answer1 covers the status, the content type and the SHA-256 of a body of any kind.
	// Who demands it gets streams signed by [Event1].
	Answer1 AnswerScheme = "answer-1"
	// Event1 covers each event of a stream, the one before it and the end.
	Event1 AnswerScheme = "event-1"
)

// AnswerSchemes returns those that a caller can demand.
func AnswerSchemes() []AnswerScheme { return []AnswerScheme{Answer1} }

// Binding says to which request an answer belongs, and between whom. Every signature over
// an answer covers it, so that none is good for another request.
type Binding struct {
	// Agent is who answers and signs, Caller who asked.
	Agent, Caller did.DID
	// Request is the SHA-256 of the 64 bytes of the request's signature, which stand for
	// all that it covers.
	Request [sha256.Size]byte
}

// Binding returns that of an answer by agent to the request of the claim. Its error is
// did.ErrSignatureMalformed.
func (c *Claim) Binding(agent did.DID) (Binding, error) {
	raw, err := did.DecodeSignature(c.signature)
	if err != nil {
		return Binding{}, err
	}
	return Binding{Agent: agent, Caller: c.Signer, Request: sha256.Sum256(raw)}, nil
}

// BindingOf is [Claim.Binding] for the headers with which a request was sent, as
// [SignHeader] makes them. Errors: [ErrMissing], did.ErrMalformed and
// did.ErrSignatureMalformed.
func BindingOf(request http.Header, agent did.DID) (Binding, error) {
	signer, text := first(request[keyDID]), first(request[keySignature])
	if signer == "" || text == "" {
		return Binding{}, ErrMissing
	}
	caller, err := did.Parse(signer)
	if err != nil {
		return Binding{}, err
	}
	return (&Claim{Signer: caller, signature: text}).Binding(agent)
}

// Demand asks, in the headers of a request, for an answer that is signed.
func Demand(h http.Header) { h[keySignResponse] = []string{string(Answer1)} }

// Demanded reports whether the headers of a request ask for an answer that is signed.
// [ErrScheme] for a way of signing that is not known.
func Demanded(h http.Header) (bool, error) {
	values, present := h[keySignResponse]
	if !present {
		return false, nil
	}
	if len(values) != 1 || values[0] != string(Answer1) {
		return false, fmt.Errorf("%w: %s must be %s, or absent", ErrScheme, HeaderSignResponse, Answer1)
	}
	return true, nil
}

// appendParties appends the first two members of every payload of an answer, which the
// caller and the agent have in a request too.
func (b Binding) appendParties(dst []byte) []byte {
	return appendMember(append(dst, '{'), "aud", b.Caller.String())
}

// check refuses a binding without one of its parts.
func (b Binding) check() error {
	if b.Agent.IsZero() || b.Caller.IsZero() || b.Request == [sha256.Size]byte{} {
		return fmt.Errorf("%w: an answer needs who answers, who asked, and the signature of the request", ErrRequest)
	}
	return nil
}

func appendHex(dst []byte, name string, sum [sha256.Size]byte) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":"`...)
	return append(hex.AppendEncode(dst, sum[:]), '"')
}

// checkTime refuses what RFC 8785 would not keep.
func checkTime(timestamp int64) error {
	if timestamp < 0 || timestamp > maxExactInteger {
		return fmt.Errorf("%w: an answer takes 0 to 2^53-1", ErrTimestamp)
	}
	return nil
}
