package boot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Lifetime knows what undoes what a start did. It is for the goroutine that starts.
type Lifetime struct {
	// Fail ends the run; set it before the first step.
	Fail    func(error)
	closers []func(context.Context) error
}

// OnStop pushes what undoes a step; [Lifetime.Stop] runs the last one first.
func (l *Lifetime) OnStop(f func(context.Context) error) { l.closers = append(l.closers, f) }

// Stop undoes every step that was taken. The requests get the whole time; what
// comes after them is quick.
func (l *Lifetime) Stop(drain time.Duration) error {
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

// Background runs f until the stop; an error ends the run.
func (l *Lifetime) Background(what string, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			l.Fail(fmt.Errorf("%s: %w", what, err))
		}
	})
	l.OnStop(func(context.Context) error {
		cancel()
		wg.Wait()
		return nil
	})
}

// Until returns a context that also ends when the run fails ([Lifetime.Fail]).
func (l *Lifetime) Until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	l.Fail = func(err error) { cancel(&failure{err}) }
	return ctx, func() { cancel(nil) }
}

// failure ends a run because one of its goroutines failed.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// FailureOf returns why a run failed, nil when it was asked to stop.
func FailureOf(ctx context.Context) error {
	var f *failure
	if errors.As(context.Cause(ctx), &f) {
		return f.err
	}
	return nil
}
