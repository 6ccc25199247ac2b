package audit

import (
	"context"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/brief"
)

// Log is the sink that writes a line for each event that an operator should see:
// refusals and warnings at level WARN, admissions at a level of their own. Of
// refusals and warnings of one gate, reason and name it writes [LinesPerSecond],
// and says how many it left out: whoever is refused, with a name or without,
// decides how often. It fails as its handler does. Its methods may be called
// concurrently.
type Log struct {
	handler    slog.Handler
	admissions slog.Level
	lines      bound // of refusals and warnings
}

// NewLog returns a sink that writes to log; nil discards.
func NewLog(log *slog.Logger, admissions slog.Level) *Log {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Log{handler: brief.Handler(log.Handler()), admissions: admissions}
}

// Record implements [Sink].
func (l *Log) Record(ctx context.Context, e Event) error {
	level := l.admissions
	if e.Decision != Admitted {
		if level = slog.LevelWarn; !l.allow(e) {
			return ErrNotKept
		}
	}
	if !l.handler.Enabled(ctx, level) {
		return ErrNotKept
	}
	return l.write(ctx, level, "gate "+string(e.Decision), e.attrs())
}

// write is what a logger does that also says whether it succeeded.
func (l *Log) write(ctx context.Context, level slog.Level, message string, attrs []slog.Attr) error {
	line := slog.NewRecord(time.Now(), level, message, 0)
	line.AddAttrs(attrs...)
	return l.handler.Handle(ctx, line)
}
