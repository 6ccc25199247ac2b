package push_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/push"
)

// TestOwnersThatAreGone: they have no webhooks any more, and those are told nothing.
func TestOwnersThatAreGone(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	first, second, bobs := w.submit(alice, h.URL, nil), w.submit(alice, h.URL, nil), w.submit(bob, h.URL, nil)
	w.start(func(c *push.Config) {
		c.Owner = func(_ context.Context, owner string) error {
			if owner == alice {
				return fmt.Errorf("revoked: %w", push.ErrOwnerGone)
			}
			return nil
		}
	})
	w.until("they are looked at", func() bool { return w.count(push.OwnerGone) > 0 && w.count(push.Delivered) == 1 })
	if told := h.told(); len(told) != 1 || !strings.HasPrefix(told[0], bobs) {
		t.Errorf("told %s", told)
	}
	if got := w.ids(alice, first) + w.ids(alice, second); got != "nullnull" {
		t.Errorf("who is gone has %s", got)
	}
}

// TestOwnersOfWhomNothingIsKnown: nothing is sent, nothing is lost, and it is no try.
func TestOwnersOfWhomNothingIsKnown(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	var known atomic.Bool
	id := w.submit(bob, h.URL, nil)
	s := w.start(func(c *push.Config) {
		c.Owner = func(context.Context, string) error {
			if known.Load() {
				return nil
			}
			return errors.New("nobody answers")
		}
	})
	for n := range 2 * push.MaxTries {
		w.until("it is looked at again", func() bool { w.pass(time.Minute, s); return w.count(push.OwnerUnknown) > n })
	}
	if told, got := h.told(), w.ids(bob, id); len(told) > 0 || !strings.Contains(got, "hook") {
		t.Errorf("told %s, kept %s", told, got)
	}
	known.Store(true)
	w.until("it is delivered", func() bool { w.pass(time.Minute, s); return w.count(push.Delivered) == 1 })
}

// TestRevocationDeletesWebhooksThatHaveNothingToSay: without waiting for an event.
func TestRevocationDeletesWebhooksThatHaveNothingToSay(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t), newHook(t, nil)
	var gone atomic.Bool
	id := w.submit(alice, h.URL, nil)
	s := w.start(func(c *push.Config) {
		c.Owner = func(context.Context, string) error {
			if gone.Load() {
				return push.ErrOwnerGone
			}
			return nil
		}
	})
	w.until("it is delivered", func() bool { return w.count(push.Delivered) == 1 })
	s.LookAt(alice) // who is there
	gone.Store(true)
	s.LookAt(alice)
	w.until("they are deleted", func() bool { return w.ids(alice, id) == "null" })
}
