package chaos

import (
	"crypto/tls"
	"path/filepath"
	"testing"
	"time"
)

// flood is an attack with HTTP/2 frames below any request.
type flood struct {
	name   string
	frames int                       // how many in all, over as many connections as it takes
	write  func(*wire, uint32) error // writes the i-th of a connection
	closes bool                      // the agent has to close each connection
	reads  bool                      // the attacker takes what it is answered
}

func floods(t *testing.T) []flood {
	return []flood{
		{name: "rapid reset", frames: scaled(t, 100_000, 10_000), write: (*wire).reset, reads: true},
		{name: "CONTINUATION", frames: scaled(t, 1<<30/paddingBytes, 2000), write: (*wire).continuation, closes: true},
		{name: "PING", frames: scaled(t, 10_000_000, 400_000), write: (*wire).ping, closes: true},
		{name: "PING, answers read", frames: scaled(t, 1_000_000, 100_000), write: (*wire).ping, reads: true},
		{name: "SETTINGS", frames: scaled(t, 1_000_000, 100_000), write: (*wire).settings},
		{name: "SETTINGS, answers read", frames: scaled(t, 1_000_000, 100_000), write: (*wire).settings, reads: true},
	}
}

// TestHTTP2Floods sends frames by the hundred thousand. Memory is bounded,
// others are served, and nothing is left behind.
func TestHTTP2Floods(t *testing.T) {
	w := newTown(t)
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
		"LIMITS__WRITE_TIMEOUT": "1s", "LOG__LEVEL": "info", "TASK__MAX_PER_DID": "1000000",
	})
	p.untilServing()
	c := w.newCaller(t)
	config := c.tls(t, p.name)
	honest := p.ask(t, c, config)
	honest.watch("warming up", time.Second)
	base := honest.watch("before", 2*time.Second)
	honest.stop()
	before := p.idle(t)
	for _, f := range floods(t) {
		t.Run(f.name, func(t *testing.T) {
			honest := p.ask(t, c, config)
			grown := p.watchResident(t)
			f.run(t, p, config)
			during := honest.cut("meanwhile")
			honest.stop()
			growth := grown()
			t.Logf("the process grew by %d MiB at most", growth>>20)
			if growth > 64<<20 {
				t.Error("that is more than 64 MiB")
			}
			during.wantUndisturbed(t, f.name, base)
			p.untilBack(t, before)
		})
	}
}

// run attacks, on a new connection whenever one is closed.
func (f flood) run(t *testing.T, p *process, config *tls.Config) {
	t.Helper()
	began, sent, closed, connections := time.Now(), 0, 0, 0
	why := make(map[string]int)
	for sent < f.frames {
		a := newWire(t, p, config, f.reads)
		n, err := a.attack(f.write, f.frames-sent)
		if err == nil && f.closes {
			err = a.untilClosed()
		}
		a.close()
		connections++
		if err != nil {
			closed++
			why[a.goodbye()]++
		}
		sent += n
	}
	t.Logf("%d frames on %d connections, %d of which were closed %v, in %s", sent, connections, closed, why, time.Since(began).Round(time.Millisecond))
	if f.closes && closed == 0 {
		t.Error("no connection was closed")
	}
}
