package follower_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/oauth/registrarapi/follower"
)

// tells has every stream say something, as it stands.
func (w *world) tells(change func(m *revocation.Message)) {
	w.set(func() {
		for s := range w.streams {
			m := w.message()
			change(&m)
			s.queue <- m
		}
	})
	w.sleep(0)
}

func (w *world) refuses(d did.DID, want bool) {
	w.Helper()
	if got := w.f.Revoked(d); got != want {
		w.Errorf("%s is refused: %v, want %v", d, got, want)
	}
}

// What is not the registrar's ends at once what was kept, and the hearing of it: nothing
// that came on that stream can be told from what another wrote.
func TestAForgedMessageEndsWhatWasKept(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		w.f.Revoked(named(t, "alice"))
		w.sleep(time.Second)
		w.breakAll(fmt.Errorf("a message: %w", errBroken))
		w.sleep(0)
		w.drops(follower.Gap)
		if hears, _, _ := w.f.Status(); hears {
			t.Error("it goes on as if nothing had been")
		}
		w.sleep(10 * time.Second)
		w.hears(true)
		w.drops(follower.Gap)
	})
}

// The time that the beginning of a stream was on its way is gone from what it says.
func TestAStreamThatBeginsLateIsOlder(t *testing.T) {
	const late = 2 * time.Second
	inWorld(t, 10, func(w *world) {
		w.set(func() { w.mute = true })
		w.late = late
		w.f.Revoked(named(t, "alice"))
		w.sleep(late + 100*time.Millisecond)
		w.hears(true)
		w.set(func() { w.down = true })
		w.sleep(revocation.Silence - late)
		w.hears(false)
		w.drops(follower.Silent)
	})
}

// What was said before, in whatever order it comes, changes nothing.
func TestAnOlderWordIsNone(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		w.says(alice, true)
		w.says(alice, false)
		w.says(alice, true)
		w.sleep(0)
		for seq := range int64(4) { // up to the last itself, turned round
			w.tells(func(m *revocation.Message) {
				m.Events = []revocation.Event{{DID: alice, Revoked: false, Seq: seq, At: time.Now()}}
			})
			w.refuses(alice, true)
		}
		if len(w.forgot) != 3 {
			t.Errorf("forgotten %d times of three words", len(w.forgot))
		}
	})
}

// However many strangers come, who is revoked is refused as before.
func TestManyStrangersDoNotRestoreAnybody(t *testing.T) {
	inWorld(t, 4, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		w.says(alice, true)
		w.set(func() { w.down = true }) // nothing is told again
		w.sleep(0)
		for i := range 100 {
			w.f.Revoked(named(t, fmt.Sprint("stranger", i)))
		}
		w.refuses(alice, true)
	})
}

// Who is refused is refused at the first question after a long rest, whether or not the
// registrar can be asked then.
func TestARestRestoresNobody(t *testing.T) {
	inWorld(t, 10, func(w *world) {
		alice := named(t, "alice")
		w.f.Revoked(alice)
		w.sleep(time.Second)
		w.says(alice, true)
		w.sleep(time.Hour)
		w.set(func() { w.down = true })
		w.breakAll(io.EOF)
		w.sleep(time.Hour)
		w.refuses(alice, true)
	})
}

// Who is seen in the moment in which the last stream ends for want of callers is followed
// all the same: another caller, and the one that was not seen for long.
func TestWhoIsSeenWhileARestBegins(t *testing.T) {
	for name, seen := range map[string]string{"another": "bob", "the same": "alice"} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, 10, func(w *world) {
				alice, caller := named(t, "alice"), named(t, seen)
				rests := 0
				w.f.Revoked(alice)
				w.sleep(time.Second)
				w.set(func() {
					w.closing = func() {
						if rests++; rests == 1 {
							w.f.Revoked(caller)
						}
					}
				})
				w.sleep(2*time.Minute + 2*time.Second)
				w.set(func() {
					if last := w.asked[len(w.asked)-1]; rests == 0 || len(w.streams) != 1 || !slices.Equal(last, []did.DID{caller}) {
						t.Errorf("after %d rests %d streams are open, the last about %v", rests, len(w.streams), last)
					}
				})
			})
		})
	}
}

// pass lets time go by, or the stream end.
func pass(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
