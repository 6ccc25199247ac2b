// Package patient writes to something that may stop taking what is written, such
// as a pipe that stays open while nobody reads it, and waits for it only so long.
package patient

import (
	"errors"
	"io"
	"time"
)

// ErrUnread: what was written before has not been taken yet. Nothing of this is
// written.
var ErrUnread = errors.New("nobody reads what is written")

// Writer is an [io.Writer] whose calls end. It is for one caller at a time, and
// keeps the order.
type Writer struct {
	out      io.Writer
	patience time.Duration
	work     chan []byte
	done     chan result
	ended    chan struct{}
	buffer   []byte // of whoever does not wait for the other
	behind   bool   // a write was not waited for
}

type result struct {
	n   int
	err error
}

// New returns a writer to out that waits up to patience for each write. It has to
// be closed.
func New(out io.Writer, patience time.Duration) *Writer {
	w := &Writer{out: out, patience: patience, work: make(chan []byte), done: make(chan result, 1), ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
		for p := range w.work {
			n, err := w.out.Write(p)
			w.done <- result{n, err}
		}
	}()
	return w
}

// Write writes p, and returns what out returned. A write that takes longer than the
// patience is [ErrUnread], although it may be done later; so is every other one
// until it is, at once and without anything being written.
func (w *Writer) Write(p []byte) (int, error) {
	if w.behind {
		select {
		case <-w.done:
			w.behind = false
		default:
			return 0, ErrUnread
		}
	}
	w.buffer = append(w.buffer[:0], p...) // p is the caller's when this returns
	w.work <- w.buffer
	timer := time.NewTimer(w.patience)
	defer timer.Stop()
	select {
	case r := <-w.done:
		return r.n, r.err
	case <-timer.C:
		w.behind = true
		return 0, ErrUnread
	}
}

// Close ends the writer, and waits for a write under way as long as Write does:
// [ErrUnread] if that was not enough, and the write is left to the end of the
// process. Nothing may be written afterwards.
func (w *Writer) Close() error {
	close(w.work)
	timer := time.NewTimer(w.patience)
	defer timer.Stop()
	select {
	case <-w.ended:
		return nil
	case <-timer.C:
		return ErrUnread
	}
}
