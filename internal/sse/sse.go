// Package sse reads server-sent events (HTML, section 9.2) of bounded size.
package sse

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// ErrTooLarge: an event is larger than the reader takes.
var ErrTooLarge = errors.New("an event is too large")

// Event is one event. An event without data is none.
type Event struct {
	// ID is the last id of the stream up to here.
	ID string
	// Data are its data lines, joined by line feeds.
	Data []byte
}

// Reader reads a stream of events.
type Reader struct {
	in    *bufio.Reader
	limit int
	alive func()
	id    string
}

// NewReader reads events of at most limit bytes from in. alive, which may be nil, is
// called for each line, comments too.
func NewReader(in io.Reader, limit int, alive func()) *Reader {
	if alive == nil {
		alive = func() {}
	}
	return &Reader{in: bufio.NewReader(in), limit: limit, alive: alive}
}

// Next returns the next event. Its error is io.EOF at the end of the stream, also in
// the middle of an event, which then has not happened, ErrTooLarge, or that of the
// stream.
func (r *Reader) Next() (Event, error) {
	for {
		b, err := r.Block(nil)
		if err != nil {
			return Event{}, err
		}
		if b.HasData {
			return Event{ID: r.id, Data: b.Data}, nil
		}
	}
}

// Block is what stands before an empty line: an event, if it has data, or nothing.
type Block struct {
	// ID is what the block itself says of the id.
	ID string
	// Data are its data lines, joined by line feeds.
	Data           []byte
	HasID, HasData bool
}

// Block returns the next block, and hands other, which may be nil, the fields that mean
// nothing here; they live as long as the call. Its errors are those of Next.
func (r *Reader) Block(other func(name, value []byte)) (b Block, err error) {
	for size := 0; ; {
		line, err := r.line(r.limit - size)
		if err != nil {
			return Block{}, err
		}
		r.alive()
		if len(line) == 0 {
			return b, nil
		}
		size += len(line)
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case string(name) == "data":
			if b.HasData {
				b.Data = append(b.Data, '\n')
			}
			b.Data, b.HasData = append(b.Data, value...), true
		case string(name) == "id":
			if bytes.IndexByte(value, 0) < 0 {
				b.ID, b.HasID = string(value), true
				r.id = b.ID
			}
		case other != nil:
			other(name, value)
		}
	}
}

// line returns the next line without its end, which is LF, CR LF or CR. The slice
// lives until the next call.
func (r *Reader) line(limit int) ([]byte, error) {
	var line []byte
	for {
		b, err := r.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.EOF // a line without end
		case err != nil:
			return nil, err
		case b == '\n':
			return line, nil
		case b == '\r':
			if next, err := r.in.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.in.Discard(1)
			}
			return line, nil
		case len(line) >= limit:
			return nil, ErrTooLarge
		}
		line = append(line, b)
	}
}
