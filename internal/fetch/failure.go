package fetch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Class says what to think of an exchange that gave nothing to read.
type Class string

// The classes there are. After none of them anything is known about what was
// asked, but for what a status may say.
const (
	Unasked     Class = "unasked"     // no request can be made of the question
	Unavailable Class = "unavailable" // no complete answer in time
	Declined    Class = "declined"    // an answer with another status
	Malformed   Class = "malformed"   // an answer in another form
	TooLong     Class = "too_long"    // an answer with more bytes than are read
)

// Failure is why an exchange gave nothing to read. It repeats nothing of the
// body of an answer.
type Failure struct {
	Class Class
	// Status of the answer, 0 if there was none in time.
	Status int
	// Err is the cause: of Unavailable an [*Error], or what ended the context.
	Err error
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Error names the status, where there is one, and the cause.
func (f *Failure) Error() string {
	if f.Status == 0 {
		return f.Err.Error()
	}
	return fmt.Sprintf("status %d: %v", f.Status, f.Err)
}

// ErrTooLong: the answer has more bytes than are read.
var ErrTooLong = errors.New("answer is too large")

var (
	errStatus = errors.New("the status is not the expected one")
	errMedia  = errors.New("the media type is not the expected one")
)

func classOf(err error) Class {
	if errors.Is(err, ErrTooLong) {
		return TooLong
	}
	return Unavailable
}

// boundedTransport makes reading more than limit bytes of an answer an error.
type boundedTransport struct {
	next  http.RoundTripper
	limit int64
}

func (t boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		resp.Body = Limit(resp.Body, t.limit, ErrTooLong)
	}
	return resp, err
}

// Limit returns a body that fails with exceeded at its first byte beyond most,
// instead of ending: a cut answer is not taken for a whole one.
func Limit(body io.ReadCloser, most int64, exceeded error) io.ReadCloser {
	return &limited{body, most, exceeded}
}

type limited struct {
	io.ReadCloser
	left     int64
	exceeded error
}

// Read implements [io.Reader].
func (b *limited) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.exceeded
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.exceeded
	}
	return n, err
}
