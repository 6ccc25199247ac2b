package peer

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
)

// proved returns an answer as far as the peer proves it: the bytes that its key signed
// for this request. An answer that is no success and not signed is let through as what
// it is, a refusal that nobody proves: those of before the peer knows who asks are never
// signed.
func (s *signer) proved(req *http.Request, sent []byte, resp *http.Response) (*http.Response, error) {
	b, err := signature.BindingOf(req.Header, s.peer.DID)
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	var told func(body []byte, whole bool)
	if record, ok := req.Context().Value(recorderKey{}).(func(evidence.Exchange)); ok {
		told = func(body []byte, whole bool) {
			answer := evidence.NewAnswer
			if !whole {
				answer = evidence.NewIncomplete
			}
			record(evidence.Exchange{Request: evidence.NewRequest(req, s.peer.scheme(), sent), Answer: answer(resp, body)})
		}
	}
	if evidence.IsStream(resp) {
		return provedStream(resp, s.peer.Key, b, told)
	}
	return provedWhole(resp, s.peer.Key, b, told)
}

// provedBody is an answer that has been read. Where it is proved, the peer signed it.
type provedBody struct {
	bytes.Reader
	whole  []byte
	proved bool
}

// Close implements [io.Closer].
func (*provedBody) Close() error { return nil }

// provedWhole reads an answer and verifies it.
func provedWhole(resp *http.Response, key ed25519.PublicKey, b signature.Binding, told func([]byte, bool)) (*http.Response, error) {
	defer resp.Body.Close()
	whole, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: reading the answer: %w", ErrUnreachable, err)
	case len(whole) > maxReply:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxReply)
	}
	refused, err := verifyWhole(resp, whole, key, b)
	if isGRPC(resp.Header) && len(whole) > 0 {
		refused = false // a refusal has no messages: these would be believed before their end is read
	}
	if err != nil && (!errors.Is(err, signature.ErrMissing) || !refused) {
		return nil, notProved(err)
	}
	if err == nil && told != nil {
		told(whole, true)
	}
	body := &provedBody{whole: whole, proved: err == nil}
	body.Reset(whole)
	resp.Body, resp.ContentLength = body, int64(len(whole))
	return resp, nil
}

// verifyWhole verifies an answer that has been read, and reports whether it is no success.
func verifyWhole(resp *http.Response, whole []byte, key ed25519.PublicKey, b signature.Binding) (refused bool, err error) {
	a := signature.Answer{Binding: b, Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Body: whole}
	refused = a.Status >= 300
	proof := resp.Header
	if isGRPC(resp.Header) {
		said, status, err := signature.GRPCEnd(resp)
		if err != nil {
			return refused, fmt.Errorf("%w: %w", signature.ErrAnswer, err)
		}
		proof, a.GRPC = said, &status
		refused = refused || status.Code != 0
	}
	_, err = signature.VerifyAnswer(key, a, proof)
	return refused, err
}

func notProved(err error) error {
	if errors.Is(err, signature.ErrMissing) {
		return fmt.Errorf("%w: %w", ErrUnsigned, err)
	}
	return fmt.Errorf("%w: %w", ErrAnswerSignature, err)
}

// demands reports whether the peer has to sign its answers.
func (p Peer) demands() bool { return p.SignedAnswers }

// demand asks for a signed answer where the peer has to give one.
func (p Peer) demand(h http.Header) error {
	if !p.demands() {
		return nil
	}
	if p.Key == nil {
		return fmt.Errorf("%w: %s", ErrAnswerKey, p.DID)
	}
	signature.Demand(h)
	return nil
}

// trust notes the key by which answers of the agent are verified, if somebody else than
// the agent vouches for it, and that it signs them, if its card says so.
func (found *foundCard) trust(registered ed25519.PublicKey, proof CardProof) {
	if proof.State != CardVerified {
		return
	}
	found.peer.Key = registered
	for _, s := range found.info.Answers {
		found.peer.SignedAnswers = found.peer.SignedAnswers || s == signature.Answer1
	}
}

// Proved reports whether the peer signed an answer of [Client.HTTPClient]: a whole one, or
// a stream, whose events are verified as they are read.
func Proved(resp *http.Response) bool {
	switch body := resp.Body.(type) {
	case *provedBody:
		return body.proved
	case *provedEvents:
		return true
	}
	return false
}
