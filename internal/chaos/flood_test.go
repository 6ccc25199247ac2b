package chaos

import (
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/probe"
)

// TestFileDescriptorsRunOut floods an agent that may open 64 files with 100
// connections that never say a word. It lives, gets rid of them by itself, and
// serves again while the flood still holds its ends open.
func TestFileDescriptorsRunOut(t *testing.T) {
	w := newTown(t)
	p := w.spawnUnder(t, "ulimit -n 64; exec", filepath.Join(t.TempDir(), "agent"), map[string]string{"LIMITS__HANDSHAKE_TIMEOUT": "500ms", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra})
	p.untilServing()
	c := w.newCaller(t)
	config := c.tls(t, p.name)
	serves := func() bool {
		transport := &http.Transport{TLSClientConfig: config, TLSHandshakeTimeout: 2 * time.Second}
		defer transport.CloseIdleConnections()
		answer, err := probe.SendOn(t.Context(), &http.Client{Transport: transport, Timeout: 3 * time.Second}, c.request(t, p.url, "hello"))
		return err == nil && answer.Status == http.StatusOK && answer.Reason == ""
	}
	if !serves() {
		t.Fatalf("does not serve before the flood\n%s", p.log)
	}
	address := p.address()
	for range 100 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	began := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !serves() {
		select {
		case <-p.ended:
			t.Fatalf("the agent ended: %v\n%s", p.err, p.log)
		case <-tick.C:
		}
		if time.Since(began) > patience {
			t.Fatalf("does not serve after the flood\n%s", p.log)
		}
	}
	took := time.Since(began)
	t.Logf("serves again after %s", took.Round(time.Millisecond))
	if took > 5*time.Second {
		t.Error("that is too late")
	}
}
