package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
)

func TestHangupReloadsAndDoesNotEndTheProgram(t *testing.T) {
	reloaded := make(chan struct{})
	stop := onHangup(func() { reloaded <- struct{}{} })
	for range 2 {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		<-reloaded
	}
	stop()
}

// served is an `agent serve` of this program.
type served struct {
	*exec.Cmd
	log        io.ReadCloser // its standard error
	lines      *bufio.Scanner
	admin, url string
	version    string
}

// startServe starts an agent that waits for no authority, but for those that env
// names. It is killed if it does not end in a minute.
func startServe(t *testing.T, env ...string) *served {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "agent", "serve")
	cmd.Dir, cmd.Stderr = dir, in
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "AGENT__NAME=poet", "AGENT__AUTHOR=a", "AGENT__BACKEND=exec", "AGENT__COMMAND=cat",
		"AGENT__DIR=" + filepath.Join(dir, "a"), "NETWORK__PORT=0", "NETWORK__ADMIN_PORT=0", "MTLS__ENABLED=false", "LOG__FORMAT=json",
		"AUTH__PROVIDER=oidc", "AUTH__ISSUERS=https://127.0.0.1:1", "AUTH__AUDIENCE=me", "AUTH__DID_CLAIM=did",
		"DID__PINNED_KEYS=did:bindu:ann:critic:1=" + did.EncodePublicKey(key.PublicKey()),
	}, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		limit.Stop()
		out.Close()
		_ = cmd.Process.Kill() // it may have ended
	})
	return &served{Cmd: cmd, log: out, lines: bufio.NewScanner(out)}
}

// until reads the log to the line with that message, and returns how often each
// message was there.
func (s *served) until(t *testing.T, message string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for s.lines.Scan() {
		var entry struct{ Msg, URL, Version string }
		if err := json.Unmarshal(s.lines.Bytes(), &entry); err != nil {
			t.Fatalf("%q: %v", s.lines.Bytes(), err)
		}
		switch entry.Msg {
		case "admin port open":
			s.admin = strings.TrimSuffix(entry.URL, "/readyz")
		case "serving":
			s.url, s.version = entry.URL, entry.Version
		}
		if seen[entry.Msg]++; entry.Msg == message {
			return seen
		}
	}
	if message != "" {
		t.Fatalf("no line %q, but %v", message, seen)
	}
	return seen
}

// ask returns the status and body that the agent answers with.
func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestNobodyReadsTheLog: requests are served on when the reader of the log is
// gone, as `agent serve 2>&1 | head` makes it, what is lost is counted, and the
// agent stops in good order.
func TestNobodyReadsTheLog(t *testing.T) {
	s := startServe(t)
	s.until(t, "serving")
	if err := s.log.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if status, body := ask(t, http.MethodPost, s.url); status != http.StatusUnauthorized {
			t.Fatalf("%d %s", status, body)
		}
	}
	if _, body := ask(t, http.MethodGet, s.admin+"/readyz"); !strings.Contains(body, `"audit_failing"`) {
		t.Errorf("readyz: %s", body)
	}
	if _, body := ask(t, http.MethodGet, s.admin+"/metrics"); !strings.Contains(body, "\nagent_audit_sink_failures_total{sink=\"log\"} 3\n") {
		t.Errorf("metrics: %s", body)
	}
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("the agent ends with %v", err)
	}
}

// TestTheBuildThatServesIsNamed in the log and the metrics, as `agent version` has it.
func TestTheBuildThatServesIsNamed(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "agent", "version", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var b cli.Build
	if err := json.Unmarshal(out, &b); err != nil || b.Version == "" {
		t.Fatalf("%s: %v", out, err)
	}
	s := startServe(t)
	s.until(t, "serving")
	if s.version != b.Version {
		t.Errorf("the log says %q, agent version %q", s.version, b.Version)
	}
	want := fmt.Sprintf("\nagent_build_info{go_version=%q,version=%q} 1\n", b.Go, b.Version)
	if _, body := ask(t, http.MethodGet, s.admin+"/metrics"); !strings.Contains(body, want) {
		t.Errorf("metrics without %s", want)
	}
}

func TestTheLinkersVersionCounts(t *testing.T) {
	defer func(was string) { linked = was }(linked)
	if linked = "v1.2.3-4-gabcdef0"; readBuild().Version != linked {
		t.Errorf("version %q", readBuild().Version)
	}
	if linked = ""; readBuild().Version == "" {
		t.Error("no version without it")
	}
}

// TestAStopIsTold by one line at its begin and one at its end, while the agent
// serves as while it waits for Hydra, and it exits 0.
func TestAStopIsTold(t *testing.T) {
	away := []string{"AUTH__PROVIDER=hydra", "AUTH__ISSUERS=", "AUTH__AUDIENCE=", "AUTH__DID_CLAIM=",
		"HYDRA__ADMIN_URL=http://127.0.0.1:1", "HYDRA__PUBLIC_URL=http://127.0.0.1:1"}
	for until, env := range map[string][]string{"serving": nil, "waiting": away} {
		t.Run(until, func(t *testing.T) {
			s := startServe(t, env...)
			s.until(t, until)
			if err := s.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if seen := s.until(t, "stopped"); seen["stopping"] != 1 {
				t.Errorf("the log says %v", seen)
			}
			if seen := s.until(t, ""); len(seen) > 0 {
				t.Errorf("after the end the log says %v", seen)
			}
			if err := s.Wait(); err != nil {
				t.Errorf("the agent ends with %v", err)
			}
		})
	}
}
