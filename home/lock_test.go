package home

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// locked returns the path of a directory that somebody holds.
func locked(t *testing.T) (string, *Home) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent")
	h, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return path, h
}

// What a killed agent was just starting holds its lock for an instant.
func TestHostile136LockThatPassesIsWaitedFor(t *testing.T) {
	path, holder := locked(t)
	timer := time.AfterFunc(3*lockPause, func() { _ = holder.Close() })
	defer timer.Stop()
	h, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if serving, err := h.Serving(); !serving || err != nil {
		t.Errorf("serving %v, %v", serving, err)
	}
	for range 2 { // a second time it is closed already
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if serving, err := h.Serving(); serving || err != nil {
		t.Errorf("after Close: serving %v, %v", serving, err)
	}
}

func TestHostile136LockThatStaysIsRefused(t *testing.T) {
	path, _ := locked(t)
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v", err)
	}
}
