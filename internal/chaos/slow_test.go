package chaos

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/loadscale"
)

// perPeer is LIMITS__CONNECTIONS_PER_PEER of the agent under attack.
const perPeer = 256

// TestSlowConnections holds as many connections as it can, from as many
// addresses as that takes: handshakes that do not go on, headers and bodies
// that come a byte at a time. Honest callers are served meanwhile, all of it is
// cleared away within the limits, and nothing is left behind.
func TestSlowConnections(t *testing.T) {
	limit := time.Duration(loadscale.Size(t, 3_000, 10_000)) * time.Millisecond
	handshakes, headers, bodies := loadscale.Size(t, 250, 5000), loadscale.Size(t, 250, 5000), loadscale.Size(t, 20, 200)
	p, c := slowTown(t, limit)
	config := c.tls(t, p.name)
	honest := p.ask(t, c, config)
	honest.watch("warming up", time.Second)
	base := honest.watch("before", 2*time.Second)
	honest.stop()
	before := p.idle(t)
	t.Logf("before: %s", before)
	honest = p.ask(t, c, config)

	p.wantPeerLimit(t)
	a := &siege{t: t, p: p, c: c, config: config, limit: limit, longest: make(map[string]time.Duration)}
	t.Cleanup(a.lift)
	began := time.Now()
	a.lay("header", headers, a.slowHeader) // what takes longest first, so that most are held at once
	a.lay("body", bodies, a.slowBody)
	a.lay("handshake", handshakes, a.halfOpen)
	honest.cut("while they arrive") // what these handshakes cost is the machine's, attacker included
	t.Logf("%d connections after %s: %s", a.held.Load(), time.Since(began).Round(time.Millisecond), p.vitals(t))
	a.untilReaped()
	during := honest.cut("while they last")
	t.Logf("all gone after %s", time.Since(began).Round(time.Millisecond))
	for kind, lasted := range a.longest {
		t.Logf("%s: the longest lasted %s, limit %s", kind, lasted.Round(time.Millisecond), limit)
		if lasted > limit+reaping {
			t.Errorf("%s: that is too long", kind)
		}
	}
	during.wantUndisturbed(t, "while they last", base)
	honest.stop()
	p.untilBack(t, before)
}

// reaping is what closing may take on top: HTTP/2 waits a second after GOAWAY.
const reaping = 5 * time.Second

// wantPeerLimit shows that one address gets no more connections than its share:
// those beyond are closed at once.
func (p *process) wantPeerLimit(t *testing.T) {
	t.Helper()
	const beyond = 50
	ended := make(chan struct{}, perPeer+beyond)
	var reading sync.WaitGroup
	defer reading.Wait()
	for range perPeer + beyond {
		conn, err := dialFrom(t, p, net.IPv4(127, 0, 2, 1))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		reading.Go(func() {
			_, _ = io.Copy(io.Discard, conn)
			ended <- struct{}{}
		})
	}
	p.until(t, func() (bool, string) {
		n := p.metric(t, "agent_connections_refused_total")
		return n == beyond, fmt.Sprintf("%v connections were refused, want %d", n, beyond)
	})
	for range beyond {
		<-ended
	}
}

// slowTown starts a program with that much patience.
func slowTown(t *testing.T, limit time.Duration) (*process, *caller) {
	t.Helper()
	w := newTown(t)
	with := map[string]string{
		"LIMITS__CONNECTIONS": "20000", "LIMITS__CONNECTIONS_PER_PEER": strconv.Itoa(perPeer), "LOG__LEVEL": "info", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra,
		"TASK__MAX_PER_DID": "1000000",
	}
	for _, name := range []string{"HANDSHAKE", "HEADER", "BODY", "IDLE"} {
		with["LIMITS__"+name+"_TIMEOUT"] = limit.String()
	}
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), with)
	p.untilServing()
	return p, w.newCaller(t)
}
