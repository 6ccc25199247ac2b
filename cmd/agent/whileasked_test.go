package main

import (
	"context"
	"errors"
	"io"
	"testing"
)

// A pipe that nobody writes to keeps nobody from ending the command.
func TestReadingEndsWithTheCommand(t *testing.T) {
	in, out := io.Pipe()
	defer out.Close()
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, err := readBody(ctx, in); !errors.Is(err, stopped) {
		t.Errorf("%v", err)
	}
	read, err := whileAsked(t.Context(), func() ([]byte, error) { return []byte("x"), io.EOF })
	if string(read) != "x" || !errors.Is(err, io.EOF) {
		t.Errorf("%q, %v", read, err)
	}
}
