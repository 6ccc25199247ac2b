package chaos

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/probe"
)

// TestChildrenDieWithTheAgent: after kill -9, and after the second SIGTERM,
// neither the command of a task nor what it started runs on, so that the task's
// repetition does not run beside it.
func TestChildrenDieWithTheAgent(t *testing.T) {
	for name, end := range map[string]func(*process){
		"kill -9": (*process).kill,
		"a second SIGTERM": func(p *process) {
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for {
				p.signal(syscall.SIGTERM)
				select {
				case <-p.ended:
					return
				case <-tick.C: // the first one's handler goes a moment later
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			pids := filepath.Join(t.TempDir(), "pids")
			script := `sleep 600 & echo $$ $! >'` + pids + `.new'; mv '` + pids + `.new' '` + pids + `'; wait`
			p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
				"AGENT__BACKEND": "exec", "AGENT__COMMAND": `["sh", "-c", "` + script + `"]`, "LIMITS__DRAIN_TIMEOUT": "1h",
			})
			p.untilServing()
			c := w.newCaller(t)
			config := c.tls(t, p.name)
			var sender sync.WaitGroup
			sender.Go(func() { _, _ = probe.Send(t.Context(), c.request(t, p.url, "hello"), config) })
			family := strings.Fields(string(awaitFile(t, pids)))
			end(p)
			sender.Wait()
			if len(family) != 2 {
				t.Fatalf("the command wrote %q", family)
			}
			for _, pid := range family {
				wantGone(t, pid)
			}
		})
	}
}

func awaitFile(t *testing.T, name string) []byte {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if content, err := os.ReadFile(name); err == nil {
			return content
		}
	}
	t.Fatal("the command did not start")
	return nil
}

// wantGone waits until a process is gone, or only waits for its new parent.
func wantGone(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + text + "/stat")
		if syscall.Kill(pid, 0) != nil || err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
	}
	_ = syscall.Kill(pid, syscall.SIGKILL) // leave nothing behind
	t.Errorf("process %d outlived the agent", pid)
}
