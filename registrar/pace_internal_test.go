package registrar

import (
	"fmt"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/refusal"
)

func TestAnAddressWaitsForWhatItOwes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	p := newPace(1, func() time.Time { return now })
	takes := func(address string, want time.Duration) {
		t.Helper()
		if wait, refused := p.take(address); wait != want || refused != nil {
			t.Errorf("waits %s, want %s: %v", wait, want, refused)
		}
	}
	for range unproved {
		takes("a", 0)
	}
	takes("a", p.every)
	takes("a", 2*p.every)
	takes("b", 0) // another owes nothing
	p.give("a")
	takes("a", 2*p.every)
	now = now.Add(2 * p.every)
	takes("a", p.every)
	for owed := 2 * p.every; owed <= longestPace; owed += p.every {
		takes("a", owed)
	}
	for range 2 { // who is refused owes no more
		if _, refused := p.take("a"); refused == nil || refused.Word != refusal.RateLimited || refused.RetryAfter.Round(time.Second) != longestPace {
			t.Fatalf("%v", refused)
		}
	}
	now = now.Add(2 * time.Minute)
	takes("a", 0)
}

// What an address is given back that owes nothing any more is worth nothing.
func TestNobodyIsGivenMoreThanItOwes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	p := newPace(1, func() time.Time { return now })
	for range 9 {
		p.give("a")
	}
	for range unproved {
		p.take("a")
	}
	if wait, _ := p.take("a"); wait != p.every {
		t.Errorf("waits %s, want %s", wait, p.every)
	}
}

func TestAddressesThatOweAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	p := newPace(1, func() time.Time { return now })
	for i := range 2 * maxPaced {
		p.take(fmt.Sprint(i))
	}
	if len(p.owes) != maxPaced+1 { // and what all further ones share
		t.Errorf("%d are told apart", len(p.owes))
	}
	now = now.Add(time.Hour)
	p.take("new")
	if _, ok := p.owes["new"]; !ok || len(p.owes) != 1 {
		t.Errorf("%d are told apart when nobody owes anything", len(p.owes))
	}
}
