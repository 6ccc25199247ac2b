package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// roleVariable makes this program play a part in a measurement instead of
// conducting it.
const roleVariable = "BENCH_ROLE"

// The parts.
const (
	roleFloor = "floor"
	roleLoad  = "load"
	roleClock = "clock" // what an agent runs
)

// child is a process of a measurement.
type child struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser // it ends when this closes, unless it is an agent
	said  *lines         // on standard error
	ended chan struct{}
	err   error // of Wait, once ended is closed
}

// spawn starts a program on the processors of set, in a process group of its
// own: an interrupt at the terminal is for us, who end it in order. heard gets
// each line of its standard error, and may be nil.
func spawn(set []int, cmd *exec.Cmd, heard func([]byte)) (*child, error) {
	if n := maxProcs(set); n != "" {
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+n)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c := &child{cmd: cmd, said: &lines{heard: heard}, ended: make(chan struct{})}
	cmd.Stderr = c.said
	var err error
	if c.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := pinned(set, cmd.Start); err != nil {
		return nil, err
	}
	go func() {
		c.err = cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

// spawnRole starts this program in a part.
func spawnRole(set []int, role string, env []string, out io.Writer, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(env, roleVariable+"="+role)
	cmd.Stdout = out
	return spawn(set, cmd, nil)
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// stop asks the process to end and waits for it; what does not end in time is
// killed.
func (c *child) stop(ask func()) error {
	ask()
	timer := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer timer.Stop()
	<-c.ended
	var exit *exec.ExitError
	if errors.As(c.err, &exit) {
		return fmt.Errorf("%s: %w\n%s", c.cmd.Path, c.err, c.said)
	}
	return nil
}

func (c *child) terminate() { _ = c.cmd.Process.Signal(syscall.SIGTERM) } // it may be gone already

func (c *child) closeInput() { _ = c.stdin.Close() }

// lines passes whole lines on, and keeps the last of them.
type lines struct {
	heard func([]byte)

	mu   sync.Mutex
	rest []byte
	last [][]byte
}

const keptLines = 20

// Write implements io.Writer.
func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, data...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return len(data), nil
		}
		line = bytes.Clone(line)
		l.rest = bytes.Clone(rest)
		if l.last = append(l.last, line); len(l.last) > keptLines {
			l.last = l.last[1:]
		}
		if l.heard != nil {
			l.heard(line)
		}
	}
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(bytes.Join(l.last, []byte("\n")))
}
