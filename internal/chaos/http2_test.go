package chaos

import (
	"crypto/tls"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/loadscale"
)

// flood is an attack with HTTP/2 frames below any request.
type flood struct {
	name   string
	frames int                       // how many in all, over as many connections as it takes
	write  func(*wire, uint32) error // writes the i-th of a connection
	lanes  int                       // connections at once
	closes bool                      // the agent has to close connections
	reads  bool                      // the attacker takes what it is answered
}

func floods(t *testing.T) []flood {
	return []flood{
		{name: "rapid reset", frames: loadscale.Size(t, 20_000, 100_000), write: (*wire).reset, lanes: 1, closes: true, reads: true},
		{name: "CONTINUATION", frames: loadscale.Size(t, 2000, 1<<30/paddingBytes), write: (*wire).continuation, lanes: 16, closes: true},
		{name: "PING", frames: loadscale.Size(t, 400_000, 1_000_000), write: (*wire).ping, lanes: 1},
		{name: "PING, answers read", frames: loadscale.Size(t, 200_000, 1_000_000), write: (*wire).ping, lanes: 1, reads: true},
		{name: "SETTINGS", frames: loadscale.Size(t, 200_000, 1_000_000), write: (*wire).settings, lanes: 1},
		{name: "SETTINGS, answers read", frames: loadscale.Size(t, 200_000, 1_000_000), write: (*wire).settings, lanes: 1, reads: true},
	}
}

// TestHTTP2Floods sends frames by the hundred thousand. Memory is bounded,
// others are served, and nothing is left behind.
func TestHTTP2Floods(t *testing.T) {
	w := newTown(t)
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
		"LIMITS__WRITE_TIMEOUT": "1s", "LOG__LEVEL": "info", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra, "TASK__MAX_PER_DID": "1000000",
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
	began := time.Now()
	var total toll
	var lanes sync.WaitGroup
	for range f.lanes {
		lanes.Go(func() {
			for share, sent := f.frames/f.lanes, 0; sent < share; {
				n, goodbye, err := f.connection(t, p, config, share-sent)
				if err != nil {
					t.Errorf("no connection: %v", err)
					return
				}
				sent += n
				total.add(n, goodbye)
			}
		})
	}
	lanes.Wait()
	t.Logf("%d frames on %d connections in %s, ended %v", total.frames, total.connections, time.Since(began).Round(time.Millisecond), total.goodbyes)
	if f.closes && total.goodbyes[openToTheEnd] == total.connections {
		t.Error("no connection was closed")
	}
}

const openToTheEnd = "by the attacker"

// connection attacks until it is closed or that many frames were taken.
func (f flood) connection(t *testing.T, p *process, config *tls.Config, limit int) (sent int, goodbye string, err error) {
	a, err := newWire(t, p, config, f.reads)
	if err != nil {
		return 0, "", err
	}
	defer a.close()
	sent, err = a.attack(f.write, limit)
	if err == nil && a.untilTaken() {
		return sent, openToTheEnd, nil
	}
	a.untilEnded()
	a.close()
	return sent, a.goodbye(), nil
}

// toll is what an attack took.
type toll struct {
	mu                  sync.Mutex
	frames, connections int
	goodbyes            map[string]int
}

func (l *toll) add(frames int, goodbye string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.goodbyes == nil {
		l.goodbyes = make(map[string]int)
	}
	l.frames += frames
	l.connections++
	l.goodbyes[goodbye]++
}
