package agent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// outwards are settings of an agent that calls, and waits for no authority.
func outwards(t *testing.T) settings.Settings {
	t.Helper()
	set := alone(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "peers.yaml")
	if err := os.WriteFile(file, []byte("peers: {critic: {url: 'http://127.0.0.1:1'}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set.Egress.Port, set.Egress.Socket, set.Egress.PeersFile = "0", settings.Path(filepath.Join(dir, "s")), settings.Path(file)
	return set
}

// TestAnAgentThatOnlyCallsServesNobody, and has a port and a socket for local programs,
// which are gone when it has stopped.
func TestAnAgentThatOnlyCallsServesNobody(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "")
	set := outwards(t)
	a, log, end := run(t, Options{Settings: set, OutwardsOnly: true})
	select {
	case <-a.Serving():
	case <-t.Context().Done():
		t.Fatal(end())
	}
	if a.Addr() != nil || a.EgressAddr() == nil {
		t.Errorf("it serves %v, and calls through %v", a.Addr(), a.EgressAddr())
	}
	for _, step := range log.steps(t) {
		if step == "listen" || step == "open the tasks" || step == "arm the gates" {
			t.Errorf("it took the step %q", step)
		}
	}
	resp, err := http.Get("http://" + a.EgressAddr().String() + "/peer/critic/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the secret: %s", resp.Status)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", string(set.Egress.Socket))
	}}}
	resp, err = client.Get("http://localhost/peer/nobody/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("on the socket: %s", resp.Status)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(string(set.Egress.Socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if known, err := ForgetPeer(set, "critic"); known || err != nil {
		t.Errorf("forgetting: %v, %v", known, err)
	}
	if _, err := ForgetPeer(set, "nobody"); !errors.Is(err, ErrNoPeer) {
		t.Errorf("forgetting nobody: %v", err)
	}
}

// A socket is made where there is none, or one that nobody serves, and nowhere else.
func TestTheSocketOfLocalPrograms(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	if err := checkSocket(t.Context(), path); err != nil {
		t.Errorf("a free place: %v", err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if err := checkSocket(t.Context(), path); !errors.Is(err, errSocketInUse) {
		t.Errorf("one that is served: %v", err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
	if err := checkSocket(t.Context(), path); err != nil {
		t.Errorf("one that was left: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a file": file, "a directory": dir, "no directory": filepath.Join(dir, "absent", "s"), "below a file": filepath.Join(file, "s")} {
		if err := checkSocket(t.Context(), path); !errors.Is(err, ErrSocket) || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
