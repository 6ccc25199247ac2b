// Package replaytest is the contract of [gate.UsedStore] in code, for every memory of replays.
package replaytest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// Replicas returns n stores that share one memory, each with that room for keys (0: what is
// usual), whose clock is the machine's. A memory of one process returns one store n times.
type Replicas func(t *testing.T, n int, perOwner, total int64) []gate.UsedStore

// room is plenty.
const room = 1_000_000

// Run tests a memory.
func Run(t *testing.T, open Replicas) {
	for name, test := range map[string]func(t *testing.T, open Replicas){
		"a key is used once":                 once,
		"what expired is not admitted":       stale,
		"looking uses nothing":               looking,
		"one of a hundred copies is let in":  copies,
		"an owner has its share and no more": shares,
		"who has gone changes nothing":       gone,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

func name(t *testing.T, s string) did.DID {
	t.Helper()
	d, err := did.Parse("did:bindu:test:" + s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// inTime is when a request expires that was signed now.
func inTime() time.Time { return time.Now().Add(5 * time.Minute) }

func want(t *testing.T, what string, got, wanted error) {
	t.Helper()
	if !errors.Is(got, wanted) || (got == nil) != (wanted == nil) {
		t.Errorf("%s: %v, want %v", what, got, wanted)
	}
}

func once(t *testing.T, open Replicas) {
	all := open(t, 2, 0, room)
	here, there := all[0], all[1]
	ctx, a, b := t.Context(), name(t, "a"), name(t, "b")
	want(t, "first", here.Use(ctx, a, "k", inTime()), nil)
	want(t, "again", here.Use(ctx, a, "k", inTime()), gate.ErrReplayed)
	want(t, "at the other", there.Use(ctx, a, "k", inTime()), gate.ErrReplayed)
	want(t, "at the other, again", there.Use(ctx, a, "k", inTime()), gate.ErrReplayed)
	want(t, "signed at another time", there.Use(ctx, a, "k", inTime().Add(200*time.Second)), gate.ErrReplayed)
	want(t, "another key", there.Use(ctx, a, "l", inTime()), nil)
	want(t, "another owner", there.Use(ctx, b, "k", inTime()), nil)
	want(t, "and back", here.Use(ctx, b, "k", inTime()), gate.ErrReplayed)
}

func stale(t *testing.T, open Replicas) {
	s := open(t, 1, 0, room)[0]
	for _, ago := range []time.Duration{0, time.Second, time.Hour} {
		want(t, ago.String(), s.Use(t.Context(), name(t, "a"), "k", time.Now().Add(-ago)), gate.ErrStale)
	}
	want(t, "in time", s.Use(t.Context(), name(t, "a"), "k", inTime()), nil)
}

func looking(t *testing.T, open Replicas) {
	s, a := open(t, 1, 0, room)[0], name(t, "a")
	for range 2 {
		if s.Used(t.Context(), a, "k") {
			t.Error("it is known before it was used")
		}
	}
	want(t, "after the look", s.Use(t.Context(), a, "k", inTime()), nil)
	if !s.Used(t.Context(), a, "k") || s.Used(t.Context(), a, "l") || s.Used(t.Context(), name(t, "b"), "k") {
		t.Error("another is known than the one that was used")
	}
}

func copies(t *testing.T, open Replicas) {
	all := open(t, 3, 0, room)
	for round := range 10 {
		const copies = 100
		results := make(chan error, copies)
		start := make(chan struct{})
		var senders sync.WaitGroup
		for i := range copies {
			senders.Go(func() {
				<-start
				results <- all[i%len(all)].Use(t.Context(), name(t, "a"), fmt.Sprint(round), inTime())
			})
		}
		close(start)
		senders.Wait()
		admitted := 0
		for range copies {
			if err := <-results; err == nil {
				admitted++
			} else {
				want(t, "a copy", err, gate.ErrReplayed)
			}
		}
		if admitted != 1 {
			t.Fatalf("%d were admitted", admitted)
		}
	}
}

func shares(t *testing.T, open Replicas) {
	s := open(t, 1, 10, 1000)[0]
	a, admitted := name(t, "a"), 0
	for i := range 20 {
		switch err := s.Use(t.Context(), a, fmt.Sprint(i), inTime()); {
		case err == nil:
			admitted++
		default:
			want(t, "beyond the share", err, gate.ErrQuota)
		}
	}
	if admitted != 10 {
		t.Errorf("%d were admitted", admitted)
	}
	want(t, "a copy beyond the share", s.Use(t.Context(), a, "0", inTime()), gate.ErrReplayed)
	want(t, "another owner", s.Use(t.Context(), name(t, "b"), "0", inTime()), nil)
}

func gone(t *testing.T, open Replicas) {
	s := open(t, 1, 0, room)[0]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, "who has gone", s.Use(ctx, name(t, "a"), "k", inTime()), nil)
	want(t, "a copy", s.Use(t.Context(), name(t, "a"), "k", inTime()), gate.ErrReplayed)
}
