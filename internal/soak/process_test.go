package soak

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

const patience = 30 * time.Second

// process is the program under test.
type process struct {
	cmd     *exec.Cmd
	serving chan struct{} // closed once it says that it serves
	ended   chan struct{} // closed when it is gone
	err     error         // of Wait, once ended is closed
	name    did.DID       // this and the rest: once serving is closed
	url     string
	admin   string

	mu     sync.Mutex
	rest   []byte
	recent [][]byte // last lines of the log
}

const keptLines = 200

// spawn starts the program and waits until it serves. It ends with the test.
func spawn(t *testing.T, path string, env map[string]string) *process {
	t.Helper()
	p := &process{serving: make(chan struct{}), ended: make(chan struct{})}
	p.cmd = exec.Command(path, "serve")
	p.cmd.Dir = t.TempDir() // no .env there
	p.cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may be gone already
		<-p.ended
	})
	select {
	case <-p.serving:
	case <-p.ended:
		t.Fatalf("the agent ended: %v\n%s", p.err, p.log())
	case <-time.After(patience):
		t.Fatalf("the agent does not serve\n%s", p.log())
	}
	return p
}

// Write takes the log, whole or in pieces.
func (p *process) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, data...)
	for {
		end := bytes.IndexByte(p.rest, '\n')
		if end < 0 {
			return len(data), nil
		}
		p.read(p.rest[:end])
		p.recent = append(p.recent, bytes.Clone(p.rest[:end]))
		if len(p.recent) > keptLines {
			p.recent = p.recent[1:]
		}
		p.rest = bytes.Clone(p.rest[end+1:])
	}
}

// read learns from a log line where the agent is.
func (p *process) read(line []byte) {
	var entry struct{ Msg, DID, URL string }
	if json.Unmarshal(line, &entry) != nil {
		return
	}
	switch entry.Msg {
	case "admin port open":
		p.admin = strings.TrimSuffix(entry.URL, "/readyz")
	case "serving":
		p.name, _ = did.Parse(entry.DID)
		p.url = entry.URL
		close(p.serving)
	}
}

func (p *process) log() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return bytes.Join(p.recent, []byte("\n"))
}
