package registrar

import (
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

func agent(t *testing.T, n int) did.DID {
	t.Helper()
	d, err := did.Parse(fmt.Sprintf("did:bindu:author:agent%d:1", n))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Whoever is sent away is told another time than the one before, a turn later each, until
// there is a turn for whoever comes.
func TestTurnsArePromisedOneByOne(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	turns := newTurns(2, func() time.Time { return now })
	for n := range time.Duration(4) {
		if after := turns.promise(agent(t, int(n))); after != (n+1)*firstTurn/2 {
			t.Errorf("the %dth is to come after %s", n+1, after)
		}
	}
	for n := range 1000 {
		if after := turns.promise(agent(t, 10+n)); after > longestPromise {
			t.Fatalf("somebody is to come after %s", after)
		}
	}
	release, err := turns.take(t.Context(), agent(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(9 * time.Second)
	release() // a turn lasts longer than was thought
	if after := turns.promise(agent(t, 0)); after <= firstTurn/2 || after > firstTurn {
		t.Errorf("when there was one for whoever came, the next is to come after %s", after)
	}
}

// Who comes back too early, however often, has no other turn promised, and makes nobody
// else wait longer; who comes in time has another one.
func TestWhoComesTooEarlyIsToldTheSameTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	turns := newTurns(1, func() time.Time { return now })
	turns.promise(agent(t, 0))
	first := turns.promise(agent(t, 1))
	for range 100 {
		now = now.Add(10 * time.Millisecond)
		if first -= 10 * time.Millisecond; turns.promise(agent(t, 1)) != first {
			t.Fatalf("it is told %s, and was to come after %s", turns.promise(agent(t, 1)), first)
		}
	}
	if after := turns.promise(agent(t, 2)); after != first+firstTurn {
		t.Errorf("the next is to come after %s, want %s", after, first+firstTurn)
	}
	now = now.Add(first)
	if after := turns.promise(agent(t, 1)); after != 2*firstTurn {
		t.Errorf("who came in time is to come after %s", after)
	}
}

// What is remembered of who was sent away is bounded, and makes room for others.
func TestWhoWasSentAwayIsRememberedForATime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	turns := newTurns(1, func() time.Time { return now })
	for n := range 2 * maxTold {
		turns.promise(agent(t, n))
	}
	if len(turns.told) != maxTold {
		t.Errorf("%d are remembered", len(turns.told))
	}
	now = now.Add(2 * longestPromise)
	first := turns.promise(agent(t, 3*maxTold))
	if len(turns.told) != 1 || turns.promise(agent(t, 3*maxTold)) != first {
		t.Errorf("%d are remembered", len(turns.told))
	}
	release, err := turns.take(t.Context(), agent(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	release()
	if len(turns.told) != 0 {
		t.Error("where there is a turn for whoever comes, somebody waits")
	}
}
