package refresh

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// Answer is what a load found out, and until when it holds.
type Answer[V any] struct {
	Value V
	// Refresh is when the next use loads it again in the background.
	Refresh time.Time
	// Expire is when it must not be used any more.
	Expire time.Time
	// Late is until when those who waited for it get it, if that is not Expire: an
	// answer that is kept for less time than asking takes is good for them.
	Late time.Time
	// Once says that it is for those who wait for it and not kept. If it has no
	// Expire, nobody knows how long it holds.
	Once bool
}

// Config says what a [Cache] keeps. Load, Name, Now, Size and Pause are required.
type Config[K comparable, A, V any] struct {
	// Load asks for the value of a key; the argument is what asking takes and is
	// not kept. Its context ends with the cache.
	Load func(context.Context, K, A) (Answer[V], error)
	// Name returns a text that no other key has.
	Name func(K) string
	// Now is the clock.
	Now func() time.Time
	// Size is how many values are kept, or what they may weigh together.
	Size int
	// Weigh, if set, says what a value weighs.
	Weigh func(V) uint32
	// Pause is the time between failed background loads of one key.
	Pause time.Duration
	// Age, if set, is the longest for which an answer holds, counted from the
	// question: nobody joins a load that is older.
	Age time.Duration
	// Log takes what panicked; nil: nothing does.
	Log *slog.Logger
	// Final reports an error that says that a value is gone; after any other it
	// may be used to its end. nil: each but those after which nothing is known
	// (oauth.ErrUnavailable, oauth.ErrInvalidResponse).
	Final func(error) bool
	// Remember, if set, reports an error that others are told too for as long as
	// Pause, instead of asking again. Forget ends that.
	Remember func(error) bool
	// Admit, if set, is asked before a key is loaded for a caller, and may keep it
	// waiting or refuse it. leave is called once, when the load is over, whether
	// anybody still waits for it or not. Whoever joins a load is not asked about.
	Admit func(context.Context) (leave func(), err error)
	// Left, if set, makes the error for a caller whose context ended while it
	// waited. nil: it is oauth.ErrUnavailable.
	Left func(error) error
	// Closed is the error of a load after Close; nil: oauth.ErrUnavailable.
	Closed error
}

func (cfg Config[K, A, V]) withDefaults() Config[K, A, V] {
	if cfg.Weigh == nil {
		cfg.Weigh = func(V) uint32 { return 1 }
	}
	if cfg.Final == nil {
		cfg.Final = isCertain
	}
	if cfg.Left == nil {
		cfg.Left = unavailable
	}
	if cfg.Closed == nil {
		cfg.Closed = errClosed
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Remember == nil {
		cfg.Remember = func(error) bool { return false }
	}
	return cfg
}

func isCertain(err error) bool {
	return !errors.Is(err, oauth.ErrUnavailable) && !errors.Is(err, oauth.ErrInvalidResponse)
}
