package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// lifetime knows what undoes what a start did.
type lifetime struct {
	fail    func(error) // ends the run
	closers []func(context.Context) error
}

// onStop pushes what undoes a step; stop runs the last one first.
func (l *lifetime) onStop(f func(context.Context) error) { l.closers = append(l.closers, f) }

// stop undoes every step that was taken. The requests get the whole time; what
// comes after them is quick.
func (l *lifetime) stop(drain time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	var errs []error
	for len(l.closers) > 0 {
		last := len(l.closers) - 1
		f := l.closers[last]
		l.closers = l.closers[:last]
		errs = append(errs, f(ctx))
	}
	return errors.Join(errs...)
}

// background runs f until the agent stops; an error ends the agent.
func (l *lifetime) background(what string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			l.fail(fmt.Errorf("%s: %w", what, err))
		}
	})
	l.onStop(func(context.Context) error {
		cancel()
		wg.Wait()
		return nil
	})
}

// failure ends a run because one of its goroutines failed.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// failureOf returns why the run failed, nil when it was asked to stop.
func failureOf(ctx context.Context) error {
	var f *failure
	if errors.As(context.Cause(ctx), &f) {
		return f.err
	}
	return nil
}
