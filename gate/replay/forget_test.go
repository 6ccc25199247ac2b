package replay

import (
	"testing"
	"time"
)

// A memory that was given up knows that it lacks something, and refuses what may have been
// admitted elsewhere.
func TestWhatWasGivenUpIsNotReliedOn(t *testing.T) {
	dir, c := newDir(t, nil), newClock()
	kept := func(want bool) {
		t.Helper()
		if got, err := Kept(dir); err != nil || got != want {
			t.Errorf("kept: %v, %v, want %v", got, err, want)
		}
	}
	kept(false)
	if err := Forget(dir); err != nil {
		t.Errorf("nothing: %v", err)
	}
	s := open(t, dir, Config{Now: c.now})
	expect(t, "first", s.Use(t.Context(), name(t, "a"), "k", c.expiry()), nil)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	kept(true)
	if err := Forget(dir); err != nil {
		t.Fatal(err)
	}
	kept(false)
	c.step(time.Minute)
	later := open(t, dir, Config{Now: c.now})
	expectRecovering(t, "what was admitted elsewhere", later.Use(t.Context(), name(t, "a"), "elsewhere", c.expiry()))
	c.step(window + 2*time.Second)
	expect(t, "a window later", later.Use(t.Context(), name(t, "a"), "new", c.expiry()), nil)
}
