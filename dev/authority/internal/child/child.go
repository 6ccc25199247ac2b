package child

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a started process. Its methods are safe for concurrent use.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // written before done is closed
}

// Start runs the command in a process group of its own, so that an interrupt typed at the terminal reaches this program
// alone and the order of stopping stays in its hands.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	cmd.SysProcAttr = attributes()
	started := make(chan error, 1)
	go p.own(started)
	if err := <-started; err != nil {
		<-p.done
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// own starts the process and waits for it on one thread of the system: what happens to the process when its parent
// dies is bound to the thread that started it.
func (p *Process) own(started chan<- error) {
	defer close(p.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		p.err = p.cmd.Wait()
	}
}

// Done is closed when the process has ended and its output is complete.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended: nil means exit status 0. It waits for the end.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Stop asks the process to end (SIGTERM), kills it when grace is over or hurry is closed, and returns when it has ended.
// The error tells of a process that had to be killed.
func (p *Process) Stop(grace time.Duration, hurry <-chan struct{}) error {
	p.signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-hurry:
		p.Kill()
		return nil
	case <-timer.C:
		p.Kill()
		return fmt.Errorf("%s did not stop within %s and was killed", p.cmd.Path, grace)
	}
}

// Kill ends the process at once (SIGKILL) and returns when it has ended.
func (p *Process) Kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// signal fails only when the process has ended, and Done tells that.
func (p *Process) signal(sig syscall.Signal) { _ = p.cmd.Process.Signal(sig) }
