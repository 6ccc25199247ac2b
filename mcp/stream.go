package mcp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/sse"
)

const (
	// lookEvery is how often a stream in which nothing happens looks whether its caller is
	// still proved: often enough for [lease.MaxAge].
	lookEvery = time.Second
	// heartbeat is how long nothing is written at most, so that whoever is between does not
	// take the connection for dead.
	heartbeat = 15 * time.Second
)

// arrival is what came of a stream.
type arrival struct {
	block sse.Block
	err   error
}

// events is a stream on its way: one event is read of the server when the one before was
// taken by the caller.
type events struct {
	*exchange
	ctx   context.Context
	rc    *http.ResponseController
	last  time.Time // when something was written
	frame []byte
	named bool // an event had an id: its reader can go on behind that
}

// stream hands on a stream. Nothing of it is told by a status.
func (x *exchange) stream(ctx context.Context, body io.ReadCloser) error {
	s := &events{exchange: x, ctx: ctx, rc: http.NewResponseController(x.w)}
	if x.listens() {
		x.quiet.Stop() // a server may have nothing to say
		defer context.AfterFunc(x.h.ending, func() { x.cancel(errStopping) })()
	}
	s.begin()
	arrivals, over := make(chan arrival), make(chan struct{})
	go func() {
		defer close(over)
		s.read(body, arrivals)
	}()
	err := s.writeAll(arrivals)
	x.cancel(err)
	_ = body.Close() // ends the reading
	<-over
	s.conclude(err)
	return nil
}

// listens reports a stream of the server's own messages, in the way of older versions or of
// those from 2026-07-28 on.
func (x *exchange) listens() bool {
	return x.r.Method == http.MethodGet || x.message.Method == mcpwire.MethodListen
}

func (s *events) begin() {
	s.begun = true
	s.w.Header().Set("Content-Type", mediaEvents)
	s.w.Header().Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	s.last = time.Now()
	_ = s.rc.Flush() // who is gone is noticed at the next write
	s.noDeadline()
}

// noDeadline: between two writes there is none.
func (s *events) noDeadline() { _ = s.rc.SetWriteDeadline(time.Time{}) }

// read reads until the stream or the request ends.
func (s *events) read(body io.Reader, to chan<- arrival) {
	alive := func() {
		if !s.listens() {
			s.quiet.Reset(s.h.cfg.Timeout)
		}
	}
	in := sse.NewReader(body, int(s.h.cfg.AnswerLimit), alive)
	for {
		block, err := in.Block(nil)
		select {
		case to <- arrival{block, err}:
		case <-s.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// writeAll writes what comes. Its error is nil at the end of the stream.
func (s *events) writeAll(from <-chan arrival) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		var err error
		select {
		case a := <-from:
			switch {
			case errors.Is(a.err, io.EOF):
				return nil
			case a.err != nil:
				return s.broken(s.ctx, a.err)
			}
			err = s.tell(a.block)
		case <-look.C:
			if err = s.proved(); err == nil {
				err = s.beat()
			}
		case <-s.ctx.Done():
			err = context.Cause(s.ctx)
		}
		if err != nil {
			return err
		}
	}
}

// tell writes an event in one piece, as whoever signs it wants it: its id and its data in
// one line. The protocol gives no event another name than the default one.
func (s *events) tell(b sse.Block) error {
	if !b.HasData {
		return nil
	}
	if err := s.proved(); err != nil {
		return err
	}
	s.frame = s.frame[:0]
	if b.HasID && mcpwire.IsSession(b.ID) {
		s.named = true
		s.frame = append(append(append(s.frame, "id: "...), b.ID...), '\n')
	}
	data := bytes.ReplaceAll(b.Data, []byte("\n"), []byte(" ")) // between tokens of JSON
	s.frame = append(append(append(s.frame, "data: "...), data...), "\n\n"...)
	defer func() {
		if cap(s.frame) > wholeBytes {
			s.frame = nil
		}
	}()
	return s.write(s.frame)
}

// proved returns once it is known that the caller is still proved. While nobody can tell,
// nothing but heartbeats is written, and the stream waits where it is.
func (s *events) proved() error {
	for {
		err := lease.Check(s.w)
		if !errors.Is(err, lease.ErrUnknown) {
			return err
		}
		pause := time.NewTimer(lookEvery)
		select {
		case <-s.ctx.Done():
			pause.Stop()
			return context.Cause(s.ctx)
		case <-pause.C:
		}
		if err := s.beat(); err != nil {
			return err
		}
	}
}

// beat says that the stream is alive, if nothing was written for a while.
func (s *events) beat() error {
	if time.Since(s.last) < heartbeat {
		return nil
	}
	return s.write([]byte(": \n\n"))
}

func (s *events) write(frame []byte) error {
	s.last = time.Now()
	if _, err := s.w.Write(frame); err != nil {
		return context.Canceled
	}
	if err := s.rc.Flush(); err != nil {
		return context.Canceled
	}
	s.noDeadline()
	return nil
}
