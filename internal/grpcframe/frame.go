package grpcframe

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// HeaderBytes is the length of what stands before a message: a flag, and the length of
// the message.
const HeaderBytes = 5

// Errors of reading frames.
var (
	// ErrFrame: the bytes are not as many frames as they have to be.
	ErrFrame = errors.New("the body is not one message in a frame of gRPC")
	// ErrCompressed: the message is compressed, which nobody agreed on.
	ErrCompressed = errors.New("the message is compressed")
	// ErrTooLarge: the message is larger than the reader takes.
	ErrTooLarge = errors.New("the message is too large")
)

// Message returns the message of a body that is exactly one frame. Errors: [ErrFrame],
// [ErrCompressed].
func Message(body []byte) ([]byte, error) {
	if len(body) < HeaderBytes || uint64(binary.BigEndian.Uint32(body[1:])) != uint64(len(body)-HeaderBytes) {
		return nil, ErrFrame
	}
	if err := checkFlag(body[0]); err != nil {
		return nil, err
	}
	return body[HeaderBytes:], nil
}

func checkFlag(flag byte) error {
	switch flag {
	case 0:
		return nil
	case 1:
		return ErrCompressed
	}
	return ErrFrame
}

// Begin appends room for what stands before a message.
func Begin(dst []byte) []byte { return append(dst, make([]byte, HeaderBytes)...) }

// End completes the frame that begins with b, whose message is the rest of b.
func End(b []byte) error {
	_, err := AppendHead(b[:0], len(b)-HeaderBytes)
	return err
}

// AppendHead appends what stands before a message of that length.
func AppendHead(dst []byte, length int) ([]byte, error) {
	if length < 0 || uint64(length) > math.MaxUint32 {
		return dst, ErrTooLarge
	}
	return binary.BigEndian.AppendUint32(append(dst, 0), uint32(length)), nil
}

// Reader reads the messages of a stream.
type Reader struct {
	in    io.Reader
	limit int
}

// NewReader reads messages of at most limit bytes from in.
func NewReader(in io.Reader, limit int) *Reader { return &Reader{in, limit} }

// first is what a message gets before any of it has come, in bytes.
const first = 4 << 10

// Next returns the next message. Its error is io.EOF at the end of the stream,
// [ErrFrame] in the middle of a frame, [ErrCompressed], [ErrTooLarge], or that of the
// stream. What it holds grows with what came, not with what was announced.
func (r *Reader) Next() ([]byte, error) {
	var head [HeaderBytes]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return nil, broken(err)
	}
	if err := checkFlag(head[0]); err != nil {
		return nil, err
	}
	length := int64(binary.BigEndian.Uint32(head[1:]))
	if length > int64(r.limit) {
		return nil, ErrTooLarge
	}
	message := make([]byte, 0, min(length, first))
	for int64(len(message)) < length {
		if len(message) == cap(message) {
			message = append(make([]byte, 0, min(length, 2*int64(cap(message)))), message...)
		}
		n, err := r.in.Read(message[len(message):cap(message)])
		if message = message[:len(message)+n]; err != nil && int64(len(message)) < length {
			if errors.Is(err, io.EOF) {
				return nil, ErrFrame
			}
			return nil, err
		}
	}
	return message, nil
}

func broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrFrame
	}
	return err
}
