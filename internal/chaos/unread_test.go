package chaos

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
)

// TestHostile172SlowReadersOfLargeAnswers has sixty callers of one DID ask for
// its list of all tasks, again and again, and read it a few bytes at a time.
// Others are served meanwhile as before, and the program's memory is bounded.
func TestHostile172SlowReadersOfLargeAnswers(t *testing.T) {
	const readers, tasks = 60, 15
	lasts := time.Duration(loadscale.Size(t, 3, 20)) * time.Second
	w := newTown(t)
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
		"LIMITS__RATE_PER_DID": "10000", "LIMITS__RATE_BURST": "10000", "LOG__LEVEL": "info",
		"HYDRA__INTROSPECTION_TIMEOUT": slowHydra, "TASK__MAX_PER_DID": "1000000",
	})
	p.untilServing()
	hostile, c := w.newCaller(t), w.newCaller(t)
	p.fill(t, hostile, tasks)
	honest := p.ask(t, c, c.tls(t, p.name))
	honest.watch("warming up", time.Second)
	base := honest.watch("before", lasts)
	memory, err := p.resident()
	if err != nil {
		t.Fatal(err)
	}

	var begun, refused atomic.Int64
	var reading sync.WaitGroup
	done := make(chan struct{})
	for range readers {
		config := hostile.tls(t, p.name)
		reading.Go(func() { p.readSlowly(t, hostile, config, done, &begun, &refused) })
	}
	during := honest.watch("while they read", lasts)
	held, err := p.resident()
	if err != nil {
		t.Fatal(err)
	}
	close(done)
	reading.Wait()
	t.Logf("%d answers begun, %d requests refused; the program holds %d MiB, before %d MiB", begun.Load(), refused.Load(), held>>20, memory>>20)
	if begun.Load() == 0 { // refused are those whose answers no socket takes
		t.Error("no answer was begun")
	}
	if grown := held - memory; grown > 160<<20 {
		t.Errorf("its memory grew by %d MiB", grown>>20)
	}
	during.wantUndisturbed(t, "while they read", base)
}

// fill gives c tasks whose list is large.
func (p *process) fill(t *testing.T, c *caller, tasks int) {
	t.Helper()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: c.tls(t, p.name)}}
	defer client.CloseIdleConnections()
	text := strings.Repeat("x", 500<<10) // it is in the history and in the artifact
	for range tasks {
		answer, err := probe.SendOn(t.Context(), client, c.request(t, p.url, text))
		if err != nil || answer.Status != http.StatusOK || answer.Reason != "" {
			t.Fatalf("%v %v", err, answer)
		}
	}
}

// readSlowly asks on connections of its own until done.
func (p *process) readSlowly(t *testing.T, c *caller, config *tls.Config, done <-chan struct{}, begun, refused *atomic.Int64) {
	for {
		status, err := p.sip(c, config, done)
		switch {
		case err != nil:
			t.Error(err)
			return
		case status == http.StatusOK:
			begun.Add(1)
		default:
			refused.Add(1)
		}
		select {
		case <-done:
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// sip asks for the list and reads its answer, a kilobyte in a tenth of a second.
func (p *process) sip(c *caller, config *tls.Config, done <-chan struct{}) (status int, err error) {
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"ListTasks","params":{"includeArtifacts":true,"pageSize":100}}`, uuid.NewString())
	signed, err := c.signBody(p.url, body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequest(http.MethodPost, signed.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header = signed.Header
	request.Header.Set("A2A-Version", "1.0")
	socket, err := net.Dial("tcp", p.address())
	if err != nil {
		return 0, err
	}
	defer socket.Close()
	// The kernel shall not take what nobody reads.
	if err := socket.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		return 0, err
	}
	conn := tls.Client(socket, config)
	if err := request.Write(conn); err != nil {
		return 0, err
	}
	first := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(conn, first); err != nil {
		return 0, err
	}
	if _, err := fmt.Sscanf(string(first), "HTTP/1.1 %d", &status); err != nil || status != http.StatusOK {
		return status, err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := conn.Read(make([]byte, 1<<10)); err != nil {
			return status, nil // all of it, or the server has waited long enough
		}
		select {
		case <-done:
			return status, nil
		case <-tick.C:
		}
	}
}
