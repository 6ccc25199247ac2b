package signature

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"

	"github.com/getbindu/bindu-go/identity/did"
)

// Answer is what a signature over an answer covers.
type Answer struct {
	Binding
	// Status is that of HTTP, and ContentType the header of that name byte for byte.
	Status      int
	ContentType string
	// Body is the content as it is sent: of gRPC the frame with its message.
	Body []byte
	// GRPC is how a call of gRPC ended; nil for every other answer.
	GRPC *GRPCStatus
	// Timestamp is the time of signing in unix seconds.
	Timestamp int64
}

// Payload returns the bytes that are signed: 0xFF, [Answer1] and the RFC 8785 form of
//
//	{"aud", "contentType", "did", "request", "sha256", "status", "timestamp"}
//
// where sha256 is that of the body, in lower-case hexadecimal as request is. An answer by
// gRPC has a member "grpc", too: see [GRPCStatus]. Errors: [ErrRequest] and [ErrTimestamp].
func (a Answer) Payload() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if a.Status < 200 || a.Status > 999 || !isFieldValue(a.ContentType) {
		return nil, fmt.Errorf("%w: an answer has a final status and a content type of at most %d bytes of visible ASCII and spaces", ErrRequest, maxContentType)
	}
	if err := checkTime(a.Timestamp); err != nil {
		return nil, err
	}
	dst := did.AppendTag(make([]byte, 0, boundBytes), string(Answer1))
	dst = appendMember(a.appendParties(dst), "contentType", a.ContentType)
	dst = appendMember(dst, "did", a.Agent.String())
	dst = appendHex(appendHex(a.GRPC.append(dst), "request", a.Request), "sha256", sha256.Sum256(a.Body))
	dst = strconv.AppendInt(append(dst, `,"status":`...), int64(a.Status), 10)
	return appendTimestamp(dst, a.Timestamp), nil
}

// SignAnswer puts into the headers of an answer what proves who gives it. Errors are
// those of [Answer.Payload].
func SignAnswer(k *did.KeyPair, a Answer, h http.Header) error {
	payload, err := a.Payload()
	if err != nil {
		return err
	}
	text, err := k.SignTagged(string(Answer1), payload)
	if err != nil {
		return err
	}
	announce(h, Answer1, a.Agent)
	h[keyTimestamp], h[keySignature] = []string{strconv.FormatInt(a.Timestamp, 10)}, []string{text}
	return nil
}

func announce(h http.Header, s AnswerScheme, agent did.DID) {
	h[keyDID], h[keyScheme] = []string{agent.String()}, []string{string(s)}
}

// VerifyAnswer checks that the headers of an answer prove it, and returns the time of
// signing in unix seconds; that of a is not read. Errors: [ErrMissing] for an answer that
// is not signed, [ErrScheme], [ErrAnswer], [ErrTimestamp], [ErrRequest], and
// did.ErrSignatureMalformed, did.ErrSignatureMismatch, did.ErrPublicKey and did.ErrWeakKey.
func VerifyAnswer(pub ed25519.PublicKey, a Answer, h http.Header) (signed int64, err error) {
	if err := checkAnnounced(h, Answer1, a.Agent); err != nil {
		return 0, err
	}
	if a.Timestamp, err = ParseTimestamp(first(h[keyTimestamp])); err != nil {
		return 0, err
	}
	payload, err := a.Payload()
	if err != nil {
		return 0, err
	}
	_, err = open(pub, payload, first(h[keySignature]))
	return a.Timestamp, err
}

// AnswerProof returns the headers of an answer that [VerifyAnswer] reads.
func AnswerProof(h http.Header) http.Header {
	return picked(h, keyDID, keyScheme, keyTimestamp, keySignature)
}

// Announcement returns the headers in which an answer announces a stream that is signed
// event by event, which [NewEventReader] and [NewMessageReader] read.
func Announcement(h http.Header) http.Header { return picked(h, keyDID, keyScheme) }

// EndProof returns the trailers that prove how a stream of gRPC ended.
func EndProof(h http.Header) http.Header { return picked(h, keyTimestamp, keySignature) }

// picked returns the headers of h with these names.
func picked(h http.Header, names ...string) http.Header {
	some := make(http.Header, len(names))
	for _, name := range names {
		if values, ok := h[name]; ok {
			some[name] = values
		}
	}
	return some
}

// checkAnnounced checks what the headers of an answer say of its signature.
func checkAnnounced(h http.Header, s AnswerScheme, agent did.DID) error {
	for _, key := range []string{keyDID, keyScheme, keyTimestamp, keySignature} {
		if len(h[key]) > 1 {
			return fmt.Errorf("%w: it has the header %s twice", ErrAnswer, key)
		}
	}
	switch scheme := first(h[keyScheme]); {
	case scheme == "" || s == Answer1 && first(h[keySignature]) == "":
		return ErrMissing
	case scheme != string(s):
		return fmt.Errorf("%w: the answer is signed by another one than %s", ErrScheme, s)
	case first(h[keyDID]) != agent.String():
		return fmt.Errorf("%w: it names another agent than %s", ErrAnswer, agent)
	}
	return nil
}

// open verifies a signature over a payload and returns its 64 bytes.
func open(pub ed25519.PublicKey, payload []byte, text string) ([]byte, error) {
	sig, err := did.OpenSignature(pub, text)
	if err != nil {
		return nil, err
	}
	if !ed25519.Verify(pub, payload, sig) {
		return nil, did.ErrSignatureMismatch
	}
	return sig, nil
}
