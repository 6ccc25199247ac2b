package backend

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
)

// Guard reads which groups of processes run, a line "+ID" or "-ID" each, until
// in ends, which it does when whoever writes it is gone in whatever way. It then
// kills the groups that are left. It is all that a guard process does: see
// [ExecConfig.Guard].
func Guard(in io.Reader) {
	running := make(map[int]bool)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := lines.Text()
		if len(line) < 2 {
			continue
		}
		id, err := strconv.Atoi(line[1:])
		if err != nil || id <= 1 { // kill(-1) is everybody, kill(0) our own group
			continue
		}
		switch line[0] {
		case '+':
			running[id] = true
		case '-':
			delete(running, id)
		}
	}
	for id := range running {
		_ = killGroup(id) // whoever ended by itself is not there
	}
}

var errClosed = errors.New("backend: closed")

// guard is our end of a guard process, which is started when it is first needed
// and again if somebody ended it. Without a command it does nothing.
type guard struct {
	command []string

	mu      sync.Mutex
	running map[int]bool
	cmd     *exec.Cmd
	pipe    *os.File
	closed  bool
}

// add has the group killed when we are gone.
func (g *guard) add(id int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return errClosed
	}
	if g.running == nil {
		g.running = make(map[int]bool)
	}
	g.running[id] = true
	if len(g.command) == 0 {
		return nil
	}
	if g.cmd != nil && g.tell('+', id) == nil {
		return nil
	}
	g.end()
	if err := g.start(); err != nil {
		delete(g.running, id)
		return fmt.Errorf("backend: guard: %w", err)
	}
	return nil
}

// remove is called when all of the group was killed.
func (g *guard) remove(id int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.running[id] {
		return
	}
	delete(g.running, id)
	if g.cmd != nil {
		_ = g.tell('-', id) // the next add notices that nobody reads
	}
}

// start starts a guard process that knows of all groups that run.
func (g *guard) start() error {
	in, out, err := os.Pipe() // not inherited: the commands must not hold it open
	if err != nil {
		return err
	}
	defer in.Close()
	cmd := exec.Command(g.command[0], g.command[1:]...)
	cmd.Stdin = in
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal to our group is not for it
	if err := cmd.Start(); err != nil {
		return errors.Join(err, out.Close())
	}
	g.cmd, g.pipe = cmd, out
	for _, id := range slices.Sorted(maps.Keys(g.running)) {
		if err := g.tell('+', id); err != nil {
			return err
		}
	}
	return nil
}

func (g *guard) tell(what byte, id int) error {
	_, err := fmt.Fprintf(g.pipe, "%c%d\n", what, id)
	return err
}

// end ends the guard process without what it would do.
func (g *guard) end() {
	if g.cmd == nil {
		return
	}
	_ = g.cmd.Process.Kill() // it may have ended
	_ = g.cmd.Wait()         // by that kill, or why ever it ended
	_ = g.pipe.Close()
	g.cmd, g.pipe = nil, nil
}

// close kills what runs, and ends the guard process.
func (g *guard) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for id := range g.running {
		_ = killGroup(id)
	}
	g.running = nil
	g.end()
}
