package registrar_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// telling is a registrar that tells of revocations, in a bubble of time.
type telling struct {
	fixture
	stop context.CancelFunc // and join
}

// inBubble runs a test over a registrar whose database is real and whose time is not.
func inBubble(t *testing.T, change func(*registrar.Config), test func(f telling)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := telling{fixture: newFixture(t, func(c *registrar.Config) {
			c.Mode, c.Now = registrar.ModeOpen, time.Now
			if change != nil {
				change(c)
			}
		})}
		f.Clock.Advance(time.Since(f.Clock.Now()))
		f.stop = f.broadcast(f.Registrar)
		t.Cleanup(f.stop)
		test(f)
	})
}

// broadcast has a replica tell of revocations.
func (f telling) broadcast(at *registrar.Registrar) (stop context.CancelFunc) {
	ctx, cancel := context.WithCancel(f.Context())
	ended := make(chan error, 1)
	go func() { ended <- at.Broadcast(ctx) }()
	synctest.Wait() // it has looked once
	var once atomic.Bool
	return func() {
		if cancel(); once.CompareAndSwap(false, true) {
			if err := <-ended; err != nil {
				f.Error(err)
			}
		}
	}
}

func (f telling) revoke(d did.DID) registrar.Tombstone {
	f.Helper()
	done, err := f.Revoke(f.Context(), d, "a note")
	if err != nil {
		f.Fatal(err)
	}
	return done.Tombstone
}

func (f telling) restore(d did.DID) {
	f.Helper()
	if _, err := f.Restore(f.Context(), d, ""); err != nil {
		f.Fatal(err)
	}
}

// events are what a message tells, without times.
func events(m revocation.Message) (all []string) {
	for _, e := range m.Events {
		all = append(all, fmt.Sprint(e.DID, e.Revoked, e.Seq))
	}
	return all
}

func wantEvents(t testing.TB, m revocation.Message, want ...string) {
	t.Helper()
	if got := events(m); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestRevocationsAreToldWithinASecond(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob, carol := f.registered("alice"), f.registered("bob").DID, f.registered("carol").DID
		dave := registrartest.NewAgent(f, "dave").DID // whom nobody knows
		f.revoke(bob)
		l := f.Listen(f.Registrar, alice, bob, carol, dave, bob)
		first := l.Next()
		wantEvents(f, first, fmt.Sprint(bob, true, 1))
		if first.Number != 1 || first.Head != 1 || first.Epoch == "" || first.More || first.End != "" {
			f.Errorf("the first is %+v", first)
		}
		for range 3 { // heartbeats
			began := time.Now()
			if m := l.Next(); len(m.Events) != 0 || time.Since(began) > revocation.Every || time.Since(m.Issued) > revocation.Every {
				f.Errorf("%+v after %s", m, time.Since(began))
			}
		}
		for _, d := range []did.DID{carol, dave} {
			began := time.Now()
			f.revoke(d)
			m := l.Await()
			if late := time.Since(began); late > 500*time.Millisecond {
				f.Errorf("told after %s", late)
			}
			wantEvents(f, m, fmt.Sprint(d, true, m.Head))
		}
		f.restore(bob)
		wantEvents(f, l.Await(), fmt.Sprint(bob, false, 4))
		l.Leave()
	})
}

// Nobody learns of a DID that he did not name, but how far the sequence is.
func TestStrangersAreNotToldOf(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob, stranger := f.registered("alice"), f.registered("bob").DID, f.registered("stranger").DID
		f.revoke(stranger)
		l, nobody := f.Listen(f.Registrar, alice, bob), f.Listen(f.Registrar, alice)
		wantEvents(f, l.Next())
		wantEvents(f, nobody.Next())
		f.restore(stranger)
		f.revoke(stranger)
		f.revoke(bob)
		m := l.Await()
		wantEvents(f, m, fmt.Sprint(bob, true, 4))
		for m.Head < 4 {
			m = nobody.Next()
			wantEvents(f, m)
		}
		l.Leave()
		nobody.Leave()
	})
}

// Each message is of one stream: another has another nonce, and counts for itself.
func TestMessagesAreOfOneStream(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice := f.registered("alice")
		first, second := f.Listen(f.Registrar, alice), f.Listen(f.Registrar, alice)
		for n := range int64(3) {
			a, b := first.Next(), second.Next()
			if a.Stream == b.Stream || a.Number != n+1 || b.Number != n+1 || a.Follower != alice.DID {
				f.Errorf("%+v and %+v", a, b)
			}
		}
		first.Leave()
		second.Leave()
	})
}

// More than one message holds comes in several.
func TestManyEvents(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice := f.registered("alice")
		var all []did.DID
		for i := range 2*revocation.MaxEvents + 1 {
			d := registrartest.NewAgent(f, fmt.Sprint("agent", i)).DID
			all = append(all, d)
			f.revoke(d)
		}
		l := f.Listen(f.Registrar, alice, all...)
		told := 0
		for {
			m := l.Next()
			told += len(m.Events)
			if !m.More {
				break
			}
		}
		if told != len(all) {
			f.Errorf("%d of %d are told", told, len(all))
		}
		l.Leave()
	})
}

func TestOnlyWhoIsRegisteredFollows(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob, carol := f.registered("alice"), f.registered("bob"), registrartest.NewAgent(f, "carol")
		follow := func(a registrartest.Agent) registrartest.Answer {
			return registrartest.Ask(f, a.Sign(f, a.Following(f.Config.Self, nil, time.Now())))
		}
		want(f, follow(carol), http.StatusForbidden, "crypto_mismatch")
		l, other := f.Listen(f.Registrar, alice, bob.DID), f.Listen(f.Registrar, bob, alice.DID)
		l.Next()
		other.Next()
		f.revoke(alice.DID)
		if m := l.Await(); m.End != revocation.EndUnregistered || len(m.Events) != 0 {
			f.Errorf("alice is revoked, and told %+v", m)
		}
		l.Ended()
		wantEvents(f, other.Await(), fmt.Sprint(alice.DID, true, 1))
		want(f, follow(alice), http.StatusForbidden, "revoked")
		f.restore(alice.DID)
		want(f, follow(alice), http.StatusForbidden, "not_registered")
		other.Leave()
		if n := f.Streams(); n != 0 {
			f.Errorf("%d streams are left", n)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob")
		var all []*registrartest.Listener
		for range registrar.MaxStreamsPerDID {
			l := f.Listen(f.Registrar, alice)
			l.Next()
			all = append(all, l)
		}
		for range 2 {
			more := f.Listen(f.Registrar, alice)
			synctest.Wait() // until it is answered, whatever the answer
			if more.Leave(); more.Status != http.StatusTooManyRequests {
				f.Errorf("one stream more is answered %d", more.Status)
			}
		}
		all = append(all, f.Listen(f.Registrar, bob))
		all[len(all)-1].Next()
		all[0].Leave()
		all[0] = f.Listen(f.Registrar, alice)
		all[0].Next()
		for _, l := range all {
			l.Leave()
		}
		if n := f.Streams(); n != 0 {
			f.Errorf("%d streams are left", n)
		}
	})
}

// A request to follow counts once.
func TestARecordedQuestionOpensNoStream(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice := f.registered("alice")
		again := alice.Sign(f, alice.Following(f.Config.Self, nil, time.Now()))
		l := f.Listen(f.Registrar, alice)
		l.Next()
		again.Header = l.Sent
		want(f, registrartest.Ask(f, again), http.StatusConflict, "replayed")
		l.Leave()
	})
}

// Who does not read is left after three seconds, and delays nobody.
func TestASlowFollowerDelaysNobody(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob, carol := f.registered("alice"), f.registered("bob"), f.registered("carol").DID
		slow, quick := f.Listen(f.Registrar, alice, carol), f.Listen(f.Registrar, bob, carol)
		quick.Next()
		began := time.Now()
		f.revoke(carol)
		wantEvents(f, quick.Await(), fmt.Sprint(carol, true, 1))
		if late := time.Since(began); late > 500*time.Millisecond {
			f.Errorf("told after %s", late)
		}
		slow.Ended()
		if took := time.Since(began); took > revocation.Silence+time.Second {
			f.Errorf("who does not read is left after %s", took)
		}
		quick.Leave()
	})
}

// Who does not read heartbeats either is left as soon.
func TestWhoReadsNothingIsLeft(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		l := f.Listen(f.Registrar, f.registered("alice"))
		began := time.Now()
		l.Ended()
		if took := time.Since(began); took > revocation.Silence+time.Second {
			f.Errorf("left after %s", took)
		}
	})
}

// A stop ends every stream with a word, and lets none begin.
func TestAStopEndsStreams(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice := f.registered("alice")
		l := f.Listen(f.Registrar, alice)
		l.Next()
		f.stop()
		if m := l.Await(); m.End != revocation.EndStopping {
			f.Errorf("the last is %+v", m)
		}
		l.Ended()
		late := registrartest.Ask(f, alice.Sign(f, alice.Following(f.Config.Self, nil, time.Now())))
		want(f, late, http.StatusServiceUnavailable, "shutting_down")
	})
}

// What one replica decides another tells.
func TestEveryReplicaTells(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob").DID
		other := f.Replica(f.Config)
		stop := f.broadcast(other)
		l := f.Listen(other, alice, bob)
		l.Next()
		f.revoke(bob)
		wantEvents(f, l.Await(), fmt.Sprint(bob, true, 1))
		l.Leave()
		stop()
	})
}

// away is a database that can be away.
type away struct {
	registrar.Store
	down atomic.Bool
}

func (a *away) View(ctx context.Context, fn func(registrar.Reader) error) error {
	if a.down.Load() {
		return registrar.ErrStorage
	}
	return a.Store.View(ctx, fn)
}

// While the database says nothing the registrar does not either: nothing may have
// happened, or all.
func TestNobodySpeaksForADatabaseThatIsAway(t *testing.T) {
	var store *away
	inBubble(t, func(c *registrar.Config) {
		store = &away{Store: c.Store}
		c.Store = store
	}, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob").DID
		l := f.Listen(f.Registrar, alice, bob)
		l.Next()
		store.down.Store(true)
		began := time.Now()
		for n := 0; !l.Quiet(time.Minute); n++ {
			if m := l.Next(); m.Issued.After(began) || n > 3 {
				f.Fatalf("it speaks of %s after", m.Issued.Sub(began))
			}
		}
		store.down.Store(false)
		f.revoke(bob)
		wantEvents(f, l.Await(), fmt.Sprint(bob, true, 1))
		l.Leave()
	})
}

// Another epoch ends every stream, and is told.
func TestAnotherEpochEndsStreams(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob").DID
		f.revoke(bob)
		l := f.Listen(f.Registrar, alice, bob)
		before := l.Next()
		was, is, err := f.NewEpoch(f.Context())
		if err != nil || was.Epoch != before.Epoch || is.Epoch == was.Epoch || is.Seq <= was.Seq {
			f.Fatalf("from %+v to %+v, %v", was, is, err)
		}
		if m := l.Await(); m.End != revocation.EndEpoch || m.Epoch != is.Epoch {
			f.Errorf("the last is %+v, want one of the epoch %s", m, is.Epoch)
		}
		l.Ended()
		next := f.Listen(f.Registrar, alice, bob)
		m := next.Next()
		wantEvents(f, m, fmt.Sprint(bob, true, 1))
		if m.Epoch != is.Epoch || m.Head != is.Seq {
			f.Errorf("the next begins with %+v", m)
		}
		next.Leave()
	})
}

func TestQuestionsAboutRevocations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	alice := f.registered("alice")
	d := alice.DID.String()
	for body, why := range map[string]string{
		"":                         "nothing",
		"{}":                       "no DIDs",
		"null":                     "null",
		`{"dids":null}`:            "null for DIDs",
		`{"dids":"` + d + `"}`:     "one text",
		`{"dids":["` + d + `",1]}`: "a number",
		`{"dids":["not a did"]}`:   "what is no DID",
		`{"DIDs":["` + d + `"]}`:   "another spelling",
		`{"dids":[],"dids":[]}`:    "twice",
		`{"dids":[],"since":1}`:    "a member that is unknown",
		`{"dids":["did:a:` + strings.Repeat("b", 300) + `"]}`:                             "a DID that nobody can register",
		`{"dids":[` + strings.Repeat(`"`+d+`",`, registrar.MaxFollowed) + `"` + d + `"]}`: "too many",
	} {
		r := alice.Following(f.Config.Self, nil, f.Clock.Now())
		r.Body = []byte(body)
		got := registrartest.Ask(f, alice.Sign(t, r))
		if got.Status != http.StatusBadRequest || got.Reason != "follow_invalid" {
			t.Errorf("%s: %s", why, got)
		}
	}
	late := registrartest.Ask(f, alice.Sign(t, alice.Following(f.Config.Self, nil, f.Clock.Now())))
	want(t, late, http.StatusServiceUnavailable, "shutting_down") // nobody looks at the database
}
