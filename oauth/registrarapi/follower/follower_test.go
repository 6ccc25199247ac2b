package follower_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/oauth/registrarapi/follower"
)

// Whoever is seen for the first time is followed within half a second, and a revocation
// counts as soon as it is told, until the DID is restored.
func TestARevocationCountsWhenItIsTold(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice, bob := named(t, "alice"), named(t, "bob")
		w.sleep(time.Second)
		w.hears(true)
		if w.f.Revoked(alice) || w.f.Revoked(bob) {
			t.Error("nobody is revoked yet")
		}
		w.sleep(500 * time.Millisecond)
		w.says(alice, true)
		w.sleep(0)
		if !w.f.Revoked(alice) || w.f.Revoked(bob) {
			t.Error("alice alone is revoked")
		}
		if _, followed, refused := w.f.Status(); followed != 2 || refused != 1 {
			t.Errorf("%d are followed, %d refused", followed, refused)
		}
		w.says(alice, false)
		w.sleep(0)
		if w.f.Revoked(alice) {
			t.Error("alice was restored")
		}
		if !slices.Equal(w.forgot, []did.DID{alice, alice}) {
			t.Errorf("what is kept was forgotten of %v", w.forgot)
		}
		w.drops()
	})
}

// Who was revoked before it was followed is refused once the stream has begun.
func TestWhoWasRevokedBefore(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.says(alice, true)
		w.says(named(t, "stranger"), true)
		w.f.Revoked(alice)
		w.sleep(time.Second)
		if !w.f.Revoked(alice) {
			t.Error("alice was revoked before")
		}
		if len(w.forgot) != 1 {
			t.Errorf("somebody who was not asked about says something: %v", w.forgot)
		}
	})
}

// Callers that come together are asked about together, and never more often than is said.
func TestStreamsAreSpaced(t *testing.T) {
	inWorld(t, 1000, func(w *world) {
		for i := range 300 {
			w.f.Revoked(named(t, "a"+string(rune('a'+i%26))+string(rune('a'+i/26))))
			w.sleep(10 * time.Millisecond)
		}
		w.sleep(time.Second)
		if n := len(w.asked); n > 10 {
			t.Errorf("%d streams in four seconds", n)
		}
		if last := w.asked[len(w.asked)-1]; len(last) != 300 {
			t.Errorf("the last is about %d", len(last))
		}
		w.drops()
	})
}

// After three seconds without a word all is forgotten, once, and who is revoked stays so.
func TestSilenceForgetsAll(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		w.says(alice, true)
		w.sleep(0)
		w.set(func() { w.mute, w.down = true, true })
		w.sleep(revocation.Silence - 10*time.Millisecond)
		w.drops()
		w.sleep(20 * time.Millisecond)
		w.drops(follower.Silent)
		w.hears(false)
		w.sleep(time.Minute)
		w.drops(follower.Silent)
		if !w.f.Revoked(alice) {
			t.Error("the silence restored alice")
		}
		w.set(func() { w.mute, w.down = false, false })
		w.sleep(6 * time.Second)
		w.hears(true)
		if !w.f.Revoked(alice) {
			t.Error("the next stream restored alice")
		}
	})
}

// A stream that breaks off and is there again in time costs nothing.
func TestAStreamThatIsThereAgainInTime(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		w.breakAll(io.EOF)
		w.sleep(0)
		w.says(alice, true) // while nobody listens
		w.sleep(time.Second)
		w.hears(true)
		w.drops()
		if !w.f.Revoked(alice) {
			t.Error("what happened meanwhile was not told")
		}
	})
}

// What is not the registrar's, is not all, or is of another epoch ends what was kept.
func TestGaps(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.says(named(t, "somebody"), true)
		w.f.Revoked(named(t, "alice"))
		w.sleep(time.Second)
		w.breakAll(errBroken)
		w.sleep(time.Second)
		w.drops(follower.Gap)
		w.set(func() { w.head = 0 })
		w.breakAll(io.EOF)
		w.sleep(200 * time.Millisecond)
		w.drops(follower.Gap, follower.Gap)
		w.set(func() { w.head = 1 })
		w.sleep(2 * time.Second)
		w.hears(true)
		w.set(func() { w.epoch = "1.F" })
		w.sleep(time.Second)
		w.drops(follower.Gap, follower.Gap, follower.Epoch)
		w.hears(true)
	})
}

// A database that was restored does not know who was revoked since: who heard of it does.
func TestARestoredDatabaseRestoresNobody(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		for _, revoked := range []bool{true, false, true} {
			w.says(alice, revoked)
		}
		w.sleep(0)
		w.set(func() { // as it was after the second, in a new epoch
			w.epoch, w.head = "1.F", 1_000_002
			w.last[alice] = revocation.Event{DID: alice, Seq: 2, At: time.Now()}
		})
		w.breakAll(io.EOF)
		w.sleep(time.Second)
		w.drops(follower.Epoch)
		if !w.f.Revoked(alice) {
			t.Error("a restored database let alice in")
		}
		w.says(alice, true)
		w.says(alice, false)
		w.sleep(0)
		if w.f.Revoked(alice) {
			t.Error("the operator did")
		}
	})
}

// Who delays what the registrar says gains no time: a message is as old as the look that
// it is about.
func TestDelayedMessagesAreSilence(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.f.Revoked(named(t, "alice"))
		w.sleep(time.Second)
		w.hears(true)
		w.set(func() { w.mute, w.down = true, true })
		for range 40 { // each is of before the stream
			w.set(func() {
				for s := range w.streams {
					m := w.message()
					m.Issued = m.Issued.Add(-time.Hour)
					s.queue <- m
				}
			})
			w.sleep(100 * time.Millisecond)
		}
		w.hears(false)
		w.drops(follower.Silent)
	})
}

// There are as many as may be followed. The longest unused go first, and those that are
// revoked last.
func TestTheLongestUnusedGo(t *testing.T) {
	inWorld(t, 3, func(w *world) {
		all := []did.DID{named(t, "a"), named(t, "b"), named(t, "c"), named(t, "d")}
		for _, d := range all[:3] {
			w.f.Revoked(d)
			w.sleep(time.Second)
		}
		w.says(all[0], true)
		w.sleep(0)
		w.f.Revoked(all[3])
		w.sleep(time.Second)
		last := slices.Clone(w.asked[len(w.asked)-1])
		if len(last) != 3 || slices.Contains(last, all[1]) {
			t.Errorf("followed are %v", last)
		}
		if !w.f.Revoked(all[0]) {
			t.Error("room was made of who is revoked")
		}
	})
}

// Who was not seen for long is not asked about any more.
func TestWhoIsNotSeenIsNotFollowed(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.f.Revoked(named(t, "a"))
		w.sleep(3 * time.Minute)
		w.f.Revoked(named(t, "b"))
		w.sleep(time.Second)
		if last := w.asked[len(w.asked)-1]; !slices.Equal(last, []did.DID{named(t, "b")}) {
			t.Errorf("followed are %v", last)
		}
	})
}

// A registrar that has no room for what is new is told of, though the older stream goes on.
func TestWhoIsNotFollowedYetIsToldOf(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.f.Revoked(named(t, "alice"))
		w.sleep(time.Second)
		w.hears(true)
		w.set(func() { w.down = true }) // for new streams
		w.f.Revoked(named(t, "bob"))
		w.sleep(time.Second)
		w.hears(true)
		w.sleep(revocation.Silence)
		w.hears(false)
		w.set(func() { w.down = false })
		w.sleep(10 * time.Second)
		w.hears(true)
		w.drops()
	})
}

// Who is called by nobody follows nobody, and is no worse off: the next caller is
// followed at once, and told of what happened to it meanwhile.
func TestWhoeverIsNotCalledAsksNothing(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.sleep(time.Minute)
		w.hears(true)
		if len(w.asked) != 0 {
			t.Errorf("asked about %v", w.asked)
		}
		w.f.Revoked(alice)
		w.sleep(2*time.Minute + 2*time.Second)
		w.hears(true)
		w.set(func() {
			if len(w.streams) != 0 {
				t.Errorf("%d streams about nobody", len(w.streams))
			}
		})
		w.says(alice, true)
		w.sleep(time.Hour)
		w.hears(true)
		w.f.Revoked(alice)
		w.sleep(time.Millisecond)
		if !w.f.Revoked(alice) {
			t.Error("alice was revoked while nobody asked")
		}
		w.sleep(time.Hour)
		if _, followed, refused := w.f.Status(); followed != 1 || refused != 1 {
			t.Errorf("who is refused is followed no more: %d, %d", followed, refused)
		}
		w.drops()
	})
}

// A registrar that cannot be asked is not asked all the time.
func TestARegistrarThatDoesNotAnswer(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.set(func() { w.down = true })
		w.f.Revoked(named(t, "alice"))
		w.sleep(revocation.Silence - time.Millisecond)
		w.hears(true) // there was no time to
		w.sleep(time.Millisecond)
		w.hears(false)
		w.sleep(time.Minute)
		if n := len(w.asked); n < 10 || n > 40 {
			t.Errorf("asked %d times in a minute", n)
		}
		w.hears(false)
		w.drops() // nothing was kept that relied on it
	})
}
