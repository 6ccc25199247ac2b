package cli

import (
	"io"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/patient"
	"github.com/getbindu/bindu-go/settings"
)

// unreadFor is how long a line waits to be read before it is lost. Until the reader
// goes on the lines after it are lost at once, so that no request waits for them.
const unreadFor = time.Second

// OpenLog returns a logger as the settings want it, and what ends it. A line begins
// anew after one that was written in part; one that is not taken in time is lost, and
// the handler returns [patient.ErrUnread].
func OpenLog(w io.Writer, l settings.Log) (log *slog.Logger, end func()) {
	lines := patient.New(&wholeLines{out: w}, unreadFor)
	return newLogger(lines, l), func() { _ = lines.Close() } // there is nowhere left to tell it
}

func newLogger(w io.Writer, l settings.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
	if l.Format == settings.LogJSON {
		options.ReplaceAttr = readable
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// readable writes durations as text, which JSON has as nanoseconds otherwise.
func readable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

// wholeLines begins a line anew after one that was written in part, as on a disk
// that was full in the middle of it: what comes next would be unreadable with the
// fragment before it. It is called once for each line, one at a time.
type wholeLines struct {
	out  io.Writer
	torn bool // what was written last does not end a line
}

// Write implements [io.Writer].
func (w *wholeLines) Write(line []byte) (int, error) {
	if !w.torn {
		return w.write(line)
	}
	n, err := w.write(append([]byte{'\n'}, line...))
	return max(n-1, 0), err
}

func (w *wholeLines) write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	if n > 0 {
		w.torn = p[n-1] != '\n'
	}
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}
