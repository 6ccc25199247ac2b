package gobuild

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// What is missing on this machine. The text names the remedy.
var (
	ErrNoGo       = errors.New("no go command found; remedy: install Go from https://go.dev/dl/ and put it on the PATH")
	ErrNoCompiler = errors.New("no C compiler found, which Hydra's SQLite driver needs; remedy: apt-get install gcc libc6-dev (macOS: xcode-select --install)")
	ErrNoSource   = errors.New("no source to build from; remedy: run inside a checkout of bindu-go, or set --source")
)

// Program says what to build.
type Program struct {
	Name     string        // for messages
	Source   string        // directory with a go.mod
	Package  string        // the main package, from Source; "": Source itself
	Output   string        // the file to write
	Args     []string      // further arguments of go build
	Progress io.Writer     // gets a line every Tick while the build lasts
	Tick     time.Duration // between two lines
}

// Build brings Output up to date, which takes a fraction of a second when it is already.
func Build(ctx context.Context, p Program) error {
	if _, err := os.Stat(filepath.Join(p.Source, "go.mod")); err != nil {
		return fmt.Errorf("%w (%w)", ErrNoSource, err)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return ErrNoGo
	}
	if err := checkCompiler(ctx); err != nil {
		return err
	}
	args := append([]string{"build", "-v", "-o", p.Output}, p.Args...)
	cmd := exec.CommandContext(ctx, "go", append(args, cmp.Or(p.Package, "."))...)
	cmd.Dir = p.Source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOWORK=off")
	cmd.WaitDelay = time.Second // the compilers it started may keep the pipe open a moment longer
	counter := &packages{}
	cmd.Stderr = counter
	if err := p.run(cmd, counter); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("build %s: %w\n%s", p.Name, err, counter.rest())
	}
	return nil
}

// run waits for the command and tells about the wait.
func (p Program) run(cmd *exec.Cmd, counter *packages) error {
	began := time.Now()
	outcome := make(chan error, 1)
	go func() { outcome <- cmd.Run() }()
	tick := time.NewTicker(p.Tick)
	defer tick.Stop()
	for {
		select {
		case err := <-outcome:
			if n := counter.n.Load(); err == nil && n > 0 {
				fmt.Fprintf(p.Progress, "%s: built, %d packages in %s\n", p.Name, n, time.Since(began).Round(time.Second))
			}
			return err
		case <-tick.C:
			fmt.Fprintf(p.Progress, "%s: building, %d packages, %s so far\n", p.Name, counter.n.Load(), time.Since(began).Round(time.Second))
		}
	}
}

// checkCompiler tells a missing C compiler from every other failure of the build.
func checkCompiler(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env CC: %w", err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		return ErrNoCompiler
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return fmt.Errorf("%w (%s is not on the PATH)", ErrNoCompiler, cc[0])
	}
	return nil
}

// packages reads what go build -v writes: one import path a line while it compiles, and complaints, which contain
// spaces or a leading #.
type packages struct {
	n          atomic.Int64
	complaints bytes.Buffer
	partial    []byte
}

// Write implements io.Writer.
func (c *packages) Write(data []byte) (int, error) {
	c.partial = append(c.partial, data...)
	for {
		line, rest, found := bytes.Cut(c.partial, []byte("\n"))
		if !found {
			return len(data), nil
		}
		c.partial = rest
		if bytes.ContainsAny(line, " #") {
			c.complaints.Write(line)
			c.complaints.WriteByte('\n')
		} else {
			c.n.Add(1)
		}
	}
}

// rest is everything but the import paths, for an error message.
func (c *packages) rest() []byte { return append(c.complaints.Bytes(), c.partial...) }
