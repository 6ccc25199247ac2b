package chaos

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/probe"
)

const inFlight = 100

// slow starts a program whose answers take that many seconds. Each command leaves
// a file, so that begun ones can be counted.
func (w *town) slow(t *testing.T, seconds, drain string) (*process, *caller, *tls.Config) {
	t.Helper()
	begun := t.TempDir()
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
		"AGENT__BACKEND": "exec", "AGENT__COMMAND": `["sh", "-c", ": >'` + begun + `/'$$; exec sleep ` + seconds + `"]`,
		"TASK__WORKERS": "400", "LIMITS__DRAIN_TIMEOUT": drain,
	})
	p.begun = begun
	p.untilServing()
	c := w.newCaller(t)
	return p, c, c.tls(t, p.name)
}

// flood sends requests at once and returns when all of them are being worked
// on. The answers come on the channel, which is closed after the last one.
func (p *process) flood(t *testing.T, c *caller, config *tls.Config) <-chan outcome {
	t.Helper()
	answers := make(chan outcome, inFlight)
	var senders sync.WaitGroup
	other := c.town.newCaller(t) // one DID alone gets half of the workers
	otherConfig := other.tls(t, p.name)
	for i := range inFlight {
		r, config := c.request(t, p.url, "hello"), config
		if i%2 == 1 {
			r, config = other.request(t, p.url, "hello"), otherConfig
		}
		senders.Go(func() {
			answer, err := probe.Send(t.Context(), r, config)
			answers <- outcome{answer, err}
		})
	}
	t.Cleanup(senders.Wait)
	go func() {
		senders.Wait()
		close(answers)
	}()
	p.untilRunning(t, inFlight)
	return answers
}

type outcome struct {
	answer probe.Answer
	err    error
}

// untilRunning waits until n commands have begun.
func (p *process) untilRunning(t *testing.T, n int) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for {
		files, err := os.ReadDir(p.begun)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) >= n {
			return
		}
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("not %d requests at work, but %d\n%s", n, len(files), p.log)
		}
	}
}

// TestHostile159DrainsOnSIGTERM stops the program under a hundred requests
// and hangs up in the middle: each gets its whole answer, nobody new is let in,
// and it exits 0 in time.
func TestHostile159DrainsOnSIGTERM(t *testing.T) {
	p, c, config := newTown(t).slow(t, "2", "20s")
	answers := p.flood(t, c, config)
	stopping := p.log.next(`"msg":"stopping"`)
	began := time.Now()
	p.signal(syscall.SIGTERM)
	p.log.await(t, stopping)
	p.signal(syscall.SIGHUP) // asks for its policy to be read again, and ends nothing
	p.wantRefused(t)
	for o := range answers {
		if o.err != nil || o.answer.Status != http.StatusOK || !strings.Contains(o.answer.Body, `"completed"`) {
			t.Errorf("cut short: %v %s %v", o.answer, o.answer.Body, o.err)
		}
	}
	if code := p.untilEnded(); code != 0 || time.Since(began) > 20*time.Second {
		t.Errorf("exit code %d after %s\n%s", code, time.Since(began), p.log)
	}
}

// wantRefused wants the private port closed within a tenth of a second, here
// with room for a busy machine.
func (p *process) wantRefused(t *testing.T) {
	t.Helper()
	address := p.address()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		conn, err := net.Dial("tcp", address)
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			conn.Close()
		}
		<-tick.C
	}
	t.Error("new connections are accepted during the drain")
}

// TestHostile159DrainEnds: what does not end in time is cut off, its tasks are
// failed rather than left working, and the program still ends in good order.
func TestHostile159DrainEnds(t *testing.T) {
	w := newTown(t)
	p, c, config := w.slow(t, "600", "1s")
	answers := p.flood(t, c, config)
	began := time.Now()
	p.signal(syscall.SIGTERM)
	completed := 0
	for o := range answers {
		if o.err == nil && strings.Contains(o.answer.Body, `"completed"`) {
			completed++
		}
	}
	if completed > 0 {
		t.Errorf("%d answers of a command that never ends", completed)
	}
	if code := p.untilEnded(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("stopping took %s", took)
	}
	w.wantNoTaskLeft(t, p)
}

// wantNoTaskLeft starts the directory again, which fails what it finds
// unfinished and says so: there must be nothing.
func (w *town) wantNoTaskLeft(t *testing.T, p *process) {
	t.Helper()
	var dir string
	for _, v := range p.cmd.Env {
		if rest, ok := strings.CutPrefix(v, "AGENT__DIR="); ok {
			dir = rest
		}
	}
	again := w.spawn(t, dir, nil)
	again.untilServing()
	if strings.Contains(again.log.String(), "are failed now") {
		t.Errorf("tasks were left working\n%s", again.log)
	}
	again.kill()
}

// TestHostile159SecondSignalForces: nobody has to wait for a drain.
func TestHostile159SecondSignalForces(t *testing.T) {
	p, c, config := newTown(t).slow(t, "600", "1h")
	answers := p.flood(t, c, config)
	stopping := p.log.next(`"msg":"stopping"`)
	p.signal(syscall.SIGTERM)
	p.log.await(t, stopping)
	var ended atomic.Bool
	go func() { <-p.ended; ended.Store(true) }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 40 { // the handler is taken away a moment after the first signal
		p.signal(syscall.SIGTERM)
		if <-tick.C; ended.Load() {
			break
		}
	}
	if code := p.untilEnded(); code == 0 {
		t.Error("exit code 0 although the requests were cut off")
	}
	for range answers {
	}
}

// signal sends one; the process may be gone already.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }
