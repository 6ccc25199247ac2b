package registrartest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/getbindu/bindu-go/registrar"
)

// atOnce lets a replica for each agent register it at once, and returns how many were
// answered how.
func (f *Fixture) atOnce(open func() registrar.Store, agents int) map[string]int {
	f.Helper()
	var wait sync.WaitGroup
	got := make([]Answer, agents)
	for i, r := range f.replicas(open, agents) {
		agent := NewAgent(f, fmt.Sprint("agent", i))
		wait.Go(func() { got[i] = f.Register(r, agent, agent.Body(SecretOf("1"))) })
	}
	wait.Wait()
	answers := map[string]int{}
	for _, a := range got {
		answers[a.State+a.Reason]++
	}
	return answers
}

// testAddressRace binds DIDs from one address at many replicas at once.
func testAddressRace(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) { c.Mode, c.MaxDIDsPerAddress = registrar.ModeOpen, 2 })
	got := fix.atOnce(f.again, 6)
	if got["registered"] != 2 || got["quota_exceeded"] != 4 {
		t.Errorf("%v", got)
	}
}

// testPendingRace lets agents begin to wait for approval at many replicas at once.
func testPendingRace(t *testing.T, f *rows) {
	fix := NewFixture(t, f.store, func(c *registrar.Config) {
		c.Mode, c.MaxPending, c.MaxPendingPerAddress = registrar.ModeApprove, 3, 3
	})
	got := fix.atOnce(f.again, 6)
	if got["pending"] != 3 || got["pending_full"] != 3 {
		t.Errorf("%v", got)
	}
}

// testOrder reads on while two processes revoke: whoever has seen a number has seen all
// before it.
func testOrder(t *testing.T, f *rows) {
	const each = 20
	var writers sync.WaitGroup
	var running atomic.Int32
	for i, store := range []registrar.Store{f.store, f.again()} {
		running.Add(1)
		r := NewFixture(t, store, nil)
		writers.Go(func() {
			defer running.Add(-1)
			for n := range each {
				if _, err := r.Revoke(t.Context(), f.did(fmt.Sprint(i, n)), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reader := NewFixture(t, f.again(), nil)
	for last := false; !last; {
		last = running.Load() == 0 // and once more after the end
		all, head, err := reader.Tombstones(t.Context(), 0, 3*each)
		if err != nil || int64(len(all)) != head.Seq || head.Seq > 0 && all[len(all)-1].Seq != head.Seq {
			t.Errorf("%d tombstones up to %d, %v", len(all), head.Seq, err)
			break
		}
	}
	writers.Wait()
}

// testNote revokes with what no text should have: it is no reason to let somebody in.
func testNote(_ *testing.T, f *rows) {
	t := registrar.Tombstone{DID: f.did("alice"), Revoked: true, Seq: 1, At: begin, Note: "a\x00b\xff"}
	f.change(func(tx registrar.Tx) error { return tx.SaveTombstone(t) })
	t.Note = "a\uFFFDb\uFFFD"
	f.view(func(read registrar.Reader) error {
		same(f, &t)(read.Tombstone(t.DID))
		return nil
	})
}
