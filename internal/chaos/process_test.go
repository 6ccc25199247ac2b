package chaos

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

// process is a running agent program.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	log     *journal
	serving chan struct{} // closed once it says that it serves
	ended   chan struct{} // closed when it is gone
	err     error         // of Wait, once ended is closed
	begun   string        // where its commands leave files, see [town.slow]

	// Known when serving is closed.
	name  did.DID
	url   string
	admin string
}

// spawn starts the program in dir. It is killed when the test ends.
func (w *town) spawn(t *testing.T, dir string, with map[string]string) *process {
	t.Helper()
	return w.spawnUnder(t, "exec", dir, with)
}

// spawnUnder starts the program with a shell command in front of it.
func (w *town) spawnUnder(t *testing.T, shell, dir string, with map[string]string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, serving: make(chan struct{}), ended: make(chan struct{})}
	p.log = &journal{line: p.read}
	p.cmd = exec.Command("sh", "-c", shell+` "$0" serve`, path)
	p.cmd.Dir = t.TempDir() // no .env there
	p.cmd.Env = append(w.environ(dir, with), "PATH="+os.Getenv("PATH"))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.kill)
	return p
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

// address is where the private port listens.
func (p *process) address() string { return strings.TrimPrefix(p.url, "https://") }

// kill ends the process as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may be gone already
	<-p.ended
}

// untilServing fails the test unless the agent serves.
func (p *process) untilServing() {
	p.t.Helper()
	select {
	case <-p.serving:
	case <-p.ended:
		p.t.Fatalf("the agent ended: %v\n%s", p.err, p.log)
	case <-time.After(patience):
		p.t.Fatalf("the agent does not serve\n%s", p.log)
	}
}

// untilEnded returns the exit code.
func (p *process) untilEnded() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("the agent does not end\n%s", p.log)
	}
	return p.cmd.ProcessState.ExitCode()
}

// journal collects what a process writes and tells line of each whole line.
type journal struct {
	line func([]byte)

	mu      sync.Mutex
	all     bytes.Buffer
	rest    []byte
	lines   int
	watched chan struct{} // closed when text has appeared
	text    string
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.all.Write(p)
	j.rest = append(j.rest, p...)
	for {
		end := bytes.IndexByte(j.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		line := j.rest[:end]
		j.rest = j.rest[end+1:]
		j.lines++
		if j.line != nil {
			j.line(line)
		}
		if j.watched != nil && bytes.Contains(line, []byte(j.text)) {
			close(j.watched)
			j.watched = nil
		}
	}
}

// next returns a channel that is closed when a line with text comes.
func (j *journal) next(text string) <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text, j.watched = text, make(chan struct{})
	return j.watched
}

// await waits for a line that next was asked for.
func (j *journal) await(t *testing.T, line <-chan struct{}) {
	t.Helper()
	select {
	case <-line:
	case <-time.After(patience):
		t.Fatalf("no line with %q\n%s", j.text, j)
	}
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.String()
}
