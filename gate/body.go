package gate

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// errBodyShare: the caller's requests hold as many bytes as they may.
var errBodyShare = errors.New("too many bytes of bodies held at once")

// firstBuffer is what a body gets before any of it has come, in bytes.
const firstBuffer = 4 << 10

// body reads the body within its limits of size and time, late enough that a
// stranger cannot make us hold it, and at the expense of the caller's share.
func (c *Chain) body(x *exchange) *Denial {
	ctl := http.NewResponseController(x.w)
	// Test recorders have no deadline to set; a real connection always has.
	// Sockets go by the real clock, whatever x.now says.
	_ = ctl.SetReadDeadline(time.Now().Add(c.cfg.Limits.BodyTime))
	from := x.r.Body
	if x.r.ContentLength <= 0 { // of an announced one shape saw the length, and no more than that is read
		from = http.MaxBytesReader(x.w, from, c.cfg.Limits.BodyBytes)
	}
	body, err := readBody(from, x.r.ContentLength, x.place.Hold)
	if err == nil {
		_ = ctl.SetReadDeadline(time.Time{})
		x.body = body
		return nil
	}
	return c.bodyDenial(x.r, err)
}

func (c *Chain) bodyDenial(r *http.Request, err error) *Denial {
	if errors.Is(err, errBodyShare) {
		return limitDenial(err)
	}
	fault := jsonrpc.ReadFault(err)
	d := deny(Reason(fault.Answer.Word()), err)
	if d.Reason == PayloadTooLarge {
		d = c.tooLarge()
		d.Cause = err
	}
	d.close = d.close || fault.EndsConnection(r)
	return d
}

// readBody reads a body of the announced length, or to its end if that is not
// known (0 or less). What it holds grows with what came, not with what was
// announced, to at most twice as much or firstBuffer; hold is asked before more
// is held.
func readBody(r io.Reader, length int64, hold func(bytes int64) bool) ([]byte, error) {
	var body []byte
	for length <= 0 || int64(len(body)) < length {
		if len(body) == cap(body) {
			size := max(firstBuffer, 2*cap(body))
			if length > 0 {
				size = int(min(int64(size), length))
			}
			if !hold(int64(size - cap(body))) {
				return nil, errBodyShare
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return nil, err
		case int64(len(body)) < length:
			return nil, io.ErrUnexpectedEOF
		default:
			return body, nil
		}
	}
	return body, nil
}
