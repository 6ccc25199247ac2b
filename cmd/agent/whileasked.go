package main

import "context"

// whileAsked reads until ctx ends: nothing else ends a read of a terminal or a pipe. What
// reads then goes with the program.
func whileAsked(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type outcome struct {
		data []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		data, err := read()
		done <- outcome{data, err}
	}()
	select {
	case o := <-done:
		return o.data, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
