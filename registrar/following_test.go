package registrar_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// heard is what one follower was told, read as soon as it comes.
type heard struct {
	*registrartest.Listener
	named map[did.DID]bool

	mu   sync.Mutex
	last map[did.DID]revocation.Event
	head int64
	end  string
}

// hear has an agent follow some DIDs.
func (f telling) hear(a registrartest.Agent, dids []did.DID) *heard {
	h := &heard{Listener: f.Listen(f.Registrar, a, dids...), named: make(map[did.DID]bool), last: make(map[did.DID]revocation.Event)}
	for _, d := range dids {
		h.named[d] = true
	}
	go func() {
		for n := int64(1); h.take(h.Next(), n); n++ {
		}
	}()
	synctest.Wait() // it is answered
	return h
}

// take notes the nth message, and reports whether another follows.
func (h *heard) take(m revocation.Message, n int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.Number != n || m.Head < h.head || time.Since(m.Issued) > 2*time.Second {
		h.Errorf("message %d has number %d, and goes from %d to %d; issued %s ago", n, m.Number, h.head, m.Head, time.Since(m.Issued))
	}
	h.head, h.end = m.Head, m.End
	for _, e := range m.Events {
		if was, again := h.last[e.DID]; !h.named[e.DID] || again && e.Seq <= was.Seq || e.Seq > m.Head {
			h.Errorf("told %+v after %+v, up to %d", e, was, m.Head)
		}
		h.last[e.DID] = e
	}
	return m.End == ""
}

// knows compares what was told with what happened.
func (h *heard) knows(happened map[did.DID]revocation.Event, head int64, end string) {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	wanted := maps.Clone(happened)
	maps.DeleteFunc(wanted, func(d did.DID, _ revocation.Event) bool { return !h.named[d] })
	same := func(a, b revocation.Event) bool { return a.DID == b.DID && a.Revoked == b.Revoked && a.Seq == b.Seq }
	if h.end != end {
		h.Errorf("the stream ended with %q, want %q", h.end, end)
	}
	if end == "" && (h.head != head || !maps.EqualFunc(h.last, wanted, same)) {
		h.Errorf("told %+v up to %d, and it is %+v up to %d", h.last, h.head, wanted, head)
	}
}

// Who is registered no more, for whatever reason, follows no more within some heartbeats.
func TestWhoIsNotRegisteredFollowsNoMore(t *testing.T) {
	for name, end := range map[string]func(telling, did.DID) error{
		"its client is to be made anew": func(f telling, d did.DID) error {
			gone := f.Clients.Delete(f.Context(), d) // by another hand
			_, err := f.Restore(f.Context(), d, "")
			return errors.Join(gone, err)
		},
		"its secret is ended": func(f telling, d did.DID) error { _, err := f.EndSecret(f.Context(), d); return err },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(f telling) {
				bob := f.registered("bob")
				l := f.Listen(f.Registrar, bob)
				l.Next()
				if err := end(f, bob.DID); err != nil {
					f.Fatal(err)
				}
				for m := l.Next(); m.End != revocation.EndUnregistered; m = l.Next() {
					if m.Number > 20 {
						f.Error("bob is not registered, and follows")
						l.Leave()
						return
					}
				}
				l.Ended()
			})
		})
	}
}

// Whose secret the operator ends, or who deletes its client, is told nothing more.
func TestWhoIsRegisteredNoMoreIsToldNothing(t *testing.T) {
	for name, end := range map[string]func(telling, referred){
		"its secret is ended": func(f telling, a referred) {
			if _, err := f.EndSecret(f.Context(), a.DID); err != nil {
				f.Fatal(err)
			}
		},
		"it deletes its client": func(f telling, a referred) {
			if got := a.ask("DELETE", clientPath(a.DID), ""); got.Status != http.StatusNoContent {
				f.Fatal(got)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, nil, func(f telling) {
				bob, alice := f.bound("bob"), f.registered("alice").DID
				l := f.Listen(f.Registrar, bob.Agent, alice)
				l.Next()
				began := time.Now()
				end(f, bob)
				if m := l.Next(); m.End != revocation.EndUnregistered || len(m.Events) != 0 || time.Since(began) > revocation.Every {
					f.Errorf("told %+v after %s", m, time.Since(began))
				}
				l.Ended()
			})
		})
	}
}

// A follower whose streams are all dead, as behind a cut line, gets another: its oldest
// gives way, once that is no quarrel of those that are alive.
func TestTheOldestStreamGivesWay(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice, bob := f.registered("alice"), f.registered("bob").DID
		var all []*heard
		for range registrar.MaxStreamsPerDID {
			all = append(all, f.hear(alice, []did.DID{bob}))
		}
		time.Sleep(time.Minute)
		for n := range 2 {
			all = append(all, f.hear(alice, []did.DID{bob}))
			all[n].Ended()
			all[n].knows(nil, 0, revocation.EndReplaced)
		}
		f.revoke(bob)
		time.Sleep(time.Second)
		synctest.Wait()
		for _, h := range all[2:] {
			h.knows(map[did.DID]revocation.Event{bob: {DID: bob, Revoked: true, Seq: 1}}, 1, "")
		}
		if n := f.Streams(); n != registrar.MaxStreamsPerDID {
			f.Errorf("%d streams are open", n)
		}
		f.stop()
		for _, h := range all[2:] {
			h.Ended()
		}
	})
}

// Who reads no more has lost its place before it has heard of that.
func TestADeadStreamHasNoPlace(t *testing.T) {
	inBubble(t, nil, func(f telling) {
		alice := f.registered("alice")
		var all []*registrartest.Listener
		for range registrar.MaxStreamsPerDID {
			all = append(all, f.Listen(f.Registrar, alice))
		}
		for began := time.Now(); time.Since(began) <= time.Minute; {
			for _, l := range all {
				l.Next()
			}
		}
		for range 2 { // and none of the others is read
			l := f.Listen(f.Registrar, alice)
			l.Next()
			all = append(all, l)
			if n := f.Streams(); n != registrar.MaxStreamsPerDID {
				f.Errorf("%d streams are open", n)
			}
		}
		for _, l := range all {
			l.Leave()
		}
	})
}

// Whatever is decided, in whatever order, each follower knows a moment later how those
// stand that it named, and no others; and follows for as long as it is registered.
func TestWhateverIsDecidedFollowersKnow(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, nil, func(f telling) { f.decideAtRandom(rand.New(rand.NewPCG(seed, 0))) })
		})
	}
}

func (f telling) decideAtRandom(random *rand.Rand) {
	agents := []registrartest.Agent{f.registered("alice"), f.registered("bob"), f.registered("carol")}
	all := []did.DID{agents[0].DID, agents[1].DID, agents[2].DID}
	for i := range 4 {
		all = append(all, registrartest.NewAgent(f, fmt.Sprint("stranger", i)).DID)
	}
	happened := make(map[did.DID]revocation.Event)
	open := make(map[*heard]string) // and why it ended
	var head int64
	decide := func(d did.DID, revoked bool) {
		head++
		if revoked {
			f.revoke(d)
		} else {
			f.restore(d)
		}
		happened[d] = revocation.Event{DID: d, Revoked: revoked, Seq: head}
		for h := range open {
			if revoked && h.DID == d && open[h] == "" {
				open[h] = revocation.EndUnregistered
			}
		}
	}
	for range 40 {
		d := all[random.IntN(len(all))]
		who := agents[random.IntN(len(agents))]
		following := 0
		for h, end := range open {
			if h.DID == who.DID && end == "" {
				following++
			}
		}
		switch {
		case random.IntN(3) == 0 && following < 3 && !happened[who.DID].Revoked && happened[who.DID].Seq == 0:
			named := slices.DeleteFunc(slices.Clone(all), func(did.DID) bool { return random.IntN(2) == 0 })
			open[f.hear(who, named)] = ""
		case random.IntN(16) == 0:
			_, is, err := f.NewEpoch(f.Context())
			if err != nil {
				f.Fatal(err)
			}
			head = is.Seq
			for h, end := range open {
				if end == "" {
					open[h] = revocation.EndEpoch
				}
			}
			time.Sleep(time.Second) // who follows now begins in the new one
			synctest.Wait()
		case slices.Contains(all[:3], d) && random.IntN(8) != 0: // agents are revoked now and then
		default:
			decide(d, !happened[d].Revoked)
		}
		if random.IntN(3) == 0 {
			time.Sleep(1500 * time.Millisecond) // a heartbeat and more
			synctest.Wait()
			for h, end := range open {
				h.knows(happened, head, end)
			}
		}
	}
	f.stop()
	for h, end := range open {
		if end == "" {
			open[h] = revocation.EndStopping
		}
	}
	for h, end := range open {
		h.Ended()
		synctest.Wait()
		h.knows(happened, head, end)
	}
	if n := f.Streams(); n != 0 {
		f.Errorf("%d streams are left", n)
	}
}
