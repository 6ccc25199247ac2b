package signature

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/getbindu/bindu-go/internal/sse"
)

// ErrEventTooLarge reports an event that is larger than the reader takes.
var ErrEventTooLarge = sse.ErrTooLarge

// EventReader reads a signed stream, and lets through what was verified and nothing else.
// Of server-sent events these are the fields id and data of each, and a comment for every
// block without them, by which a reader knows that the stream is alive; of gRPC the frames,
// without the signatures in their messages.
type EventReader struct {
	in   *sse.Reader // nil for gRPC
	rpc  *messages   // nil for server-sent events
	pub  ed25519.PublicKey
	at   chain
	keep func(block []byte) error // may be nil

	buffer, rest   []byte // rest is what of the buffer is not read yet
	err            error
	began, lastOne int64
}

// NewEventReader returns a reader of server-sent events in an answer with these headers, which
// have at most limit bytes. Errors: [ErrMissing] for a stream that is not signed,
// [ErrScheme] and [ErrAnswer].
func NewEventReader(body io.Reader, limit int, b Binding, pub ed25519.PublicKey, h http.Header) (*EventReader, error) {
	if err := checkAnnounced(h, Event1, b.Agent); err != nil {
		return nil, err
	}
	return &EventReader{in: sse.NewReader(body, limit, nil), pub: pub, at: chain{Binding: b}}, nil
}

// Events is how many events were verified, and Times when the first and the last
// signature of them were made, in unix seconds.
func (r *EventReader) Events() int64 { return r.at.number }

// Times: see Events.
func (r *EventReader) Times() (began, last int64) { return r.began, r.lastOne }

// Keep has f called with each block that was verified, the end too: its fields id, data,
// end and signature and nothing else, as a signer writes them. All of them together are a
// stream again. Of gRPC it gets the frames as they came; the end is in the trailers. f must
// not keep the slice; its error ends the stream.
func (r *EventReader) Keep(f func(block []byte) error) { r.keep = f }

// Read implements [io.Reader]. Its error is io.EOF behind the signed end; [ErrCut] where
// the stream ends without it; [ErrMissing], [ErrAnswer], [ErrTimestamp], [ErrRequest] and
// those of package did for what is not as it was signed; [ErrEventTooLarge]; or that of
// the body.
func (r *EventReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		next := r.next
		if r.rpc != nil {
			next = r.message
		}
		if r.buffer, r.err = next(r.buffer[:0]); r.err != nil {
			r.buffer = nil
		}
		r.rest = r.buffer
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// mark is what a block says of its signature.
type mark struct {
	signature, end string
	twice          bool
}

func (m *mark) take(name, value []byte) {
	switch string(name) {
	case fieldSignature:
		m.twice = m.twice || m.signature != ""
		m.signature = string(value)
	case fieldEnd:
		m.twice = m.twice || m.end != ""
		m.end = string(value)
	}
}

// next appends what may be read of the next block.
func (r *EventReader) next(dst []byte) ([]byte, error) {
	var m mark
	block, err := r.in.Block(m.take)
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrCut
	case err != nil:
		return nil, err
	case m.twice:
		return nil, fmt.Errorf("%w: a block of the stream is signed twice", ErrAnswer)
	case block.HasData && m.end != "":
		return nil, fmt.Errorf("%w: an event is the end of the stream, too", ErrAnswer)
	case block.HasData:
		if err := r.event(block, m); err != nil {
			return nil, err
		}
		return append(appendFields(dst, block), '\n'), r.kept(block, m)
	case m.end != "":
		return nil, r.end(block, m)
	}
	return append(dst, ": \n\n"...), nil
}

func (r *EventReader) event(block sse.Block, m mark) error {
	if m.signature == "" {
		return fmt.Errorf("%w in an event of the stream", ErrMissing)
	}
	stamp, text, err := parseLine(m.signature)
	if err != nil {
		return err
	}
	return r.verified(block.ID, block.Data, stamp, text)
}

// end verifies the end, and that nothing follows: it returns io.EOF.
func (r *EventReader) end(block sse.Block, m mark) error {
	if m.end != strconv.FormatInt(r.at.number, 10) {
		return fmt.Errorf("%w: the stream ends behind %d events and says another number", ErrAnswer, r.at.number)
	}
	stamp, text, err := parseLine(m.signature)
	if err != nil {
		return err
	}
	if err := r.ended(stamp, text, nil); err != nil {
		return err
	}
	if _, err := r.in.Block(nil); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the end of the stream", ErrAnswer)
	}
	if block.HasID {
		return fmt.Errorf("%w: the end of the stream has an id", ErrAnswer)
	}
	if err := r.kept(block, m); err != nil {
		return err
	}
	return io.EOF
}

// kept hands out a block that was verified.
func (r *EventReader) kept(block sse.Block, m mark) error {
	if r.keep == nil {
		return nil
	}
	b := appendFields(nil, block)
	if m.end != "" {
		b = append(b, fieldEnd+": "+m.end+"\n"...)
	}
	return r.keep(append(b, fieldSignature+": "+m.signature+"\n\n"...))
}

// appendFields appends the id and the data of a block.
func appendFields(dst []byte, block sse.Block) []byte {
	if block.HasID {
		dst = append(append(append(dst, "id: "...), block.ID...), '\n')
	}
	if !block.HasData {
		return dst
	}
	for line := range bytes.SplitSeq(block.Data, []byte("\n")) {
		dst = append(append(append(dst, "data: "...), line...), '\n')
	}
	return dst
}
