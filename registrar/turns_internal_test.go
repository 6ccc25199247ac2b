package registrar

import (
	"testing"
	"time"
)

// Whoever is sent away is told another time than the one before, a turn later each, until
// there is a turn for whoever comes.
func TestTurnsArePromisedOneByOne(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	turns := newTurns(2, func() time.Time { return now })
	for n := range time.Duration(4) {
		if after := turns.promise(); after != (n+1)*firstTurn/2 {
			t.Errorf("the %dth is to come after %s", n+1, after)
		}
	}
	for range 1000 {
		if after := turns.promise(); after > longestPromise {
			t.Fatalf("somebody is to come after %s", after)
		}
	}
	release, err := turns.take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(9 * time.Second)
	release() // a turn lasts longer than was thought
	if after := turns.promise(); after <= firstTurn/2 || after > firstTurn {
		t.Errorf("when there was one for whoever came, the next is to come after %s", after)
	}
}
