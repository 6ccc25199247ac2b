package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Sink takes the event of every decision, each once.
//
// It is called on the path of the request, by as many goroutines as there are
// requests: what takes longer than a line in a local file belongs behind a queue of
// the sink's own. ctx is the request's, for its values; it may have ended.
//
// An error says that this event is lost to this sink; nobody hands it over again.
// It is counted and logged, and told by [Config.Failing] until an event gets
// through. It keeps no other sink from the event and changes nothing for the
// request, whose answer is written already. [ErrNotKept] is the exception: that
// says nothing about how the sink is.
type Sink interface {
	Record(ctx context.Context, e Event) error
}

// ErrNotKept is what a [Sink] returns for an event that is none of those it keeps.
var ErrNotKept = errors.New("the sink keeps no such events")

// Named is a sink under the name by which metrics, log and readiness tell it from
// others.
type Named struct {
	Name string
	Sink Sink
}

// sayEvery is how often the log says that a sink fails.
const sayEvery = time.Minute

// watched is a sink whose errors are noted.
type watched struct {
	Named
	failures prometheus.Counter
	log      *Log // says how the sink is
	changed  func(sink string, err error)

	failing atomic.Bool // changes under mu only
	mu      sync.Mutex
	lost    int       // events since the last line that was kept
	said    time.Time // of that line
	told    bool      // it said, or would have said, that the sink fails
}

// record hands the event over. While the sink works that takes no lock.
func (w *watched) record(ctx context.Context, e Event) {
	err := w.hand(ctx, e)
	if !errors.Is(err, ErrNotKept) && (err != nil || w.failing.Load()) {
		w.note(err)
	}
}

// hand makes a panic of the sink one of its errors.
func (w *watched) hand(ctx context.Context, e Event) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return w.Sink.Record(ctx, e)
}

// note tells of a sink that begins to fail, goes on failing or works again.
func (w *watched) note(err error) {
	line := w.count(err)
	if line == nil || w.say(line) == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost += line.lost // nobody has read of them
}

// state is what a line says of a sink.
type state struct {
	err  error // nil: it works again
	lost int
}

// count returns what is to be logged, nil if that was said a moment ago. The log
// may be what fails, or be slow, and is written without the lock.
func (w *watched) count(err error) *state {
	w.mu.Lock()
	defer w.mu.Unlock()
	if (err != nil) != w.failing.Load() {
		w.failing.Store(err != nil)
		w.changed(w.Name, err)
	}
	now := time.Now()
	switch {
	case err != nil:
		w.failures.Inc()
		w.lost++
		if now.Sub(w.said).Abs() < sayEvery {
			return nil
		}
		w.said, w.told = now, true
	case w.told:
		w.told = false
	default:
		return nil
	}
	line := &state{err, w.lost}
	w.lost = 0
	return line
}

// say fails where the line is lost. One that nobody wants is not.
func (w *watched) say(s *state) error {
	ctx := context.Background()
	level, message, attrs := slog.LevelInfo, "audit sink works again", []slog.Attr{slog.String("sink", w.Name)}
	if s.err != nil {
		level, message, attrs = slog.LevelWarn, "audit sink fails", append(attrs, slog.Any("error", s.err))
	}
	if !w.log.handler.Enabled(ctx, level) {
		return nil
	}
	return w.log.write(ctx, level, message, append(attrs, slog.Int("lost", s.lost)))
}
