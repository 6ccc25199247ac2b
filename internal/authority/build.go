package authority

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// tick is the time between two lines about a build.
const tick = 2 * time.Second

// BuildConfig says what to build. Empty fields have working defaults.
type BuildConfig struct {
	Source    string    // directory of dev/authority; "": Locate
	Bin       string    // where the programs go; "": EnvBin or the user's cache directory
	Registrar bool      // build the registrar too
	Progress  io.Writer // gets a line every two seconds while something is compiled; nil: nothing
}

// Programs are the built programs, ready to be started.
type Programs struct {
	bin, source string
}

// Build brings the programs up to date. The first time it compiles Hydra and step-ca, for some minutes on a small
// machine; after that it takes a fraction of a second. Processes that build at the same time wait for each other.
//
// ErrNoGo, ErrNoCompiler and ErrNoSource tell what the machine lacks.
func Build(ctx context.Context, cfg BuildConfig) (_ *Programs, err error) {
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	if cfg.Source == "" {
		if cfg.Source, err = Locate(); err != nil {
			return nil, err
		}
	}
	if cfg.Bin == "" {
		if cfg.Bin, err = defaultBin(); err != nil {
			return nil, err
		}
	}
	if err := checkTools(ctx); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Bin, 0o700); err != nil {
		return nil, err
	}
	unlock, err := lock(filepath.Join(cfg.Bin, ".build.lock"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	p := &Programs{bin: cfg.Bin, source: cfg.Source}
	if err := p.compile(ctx, cfg); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Programs) path() string { return filepath.Join(p.bin, "authority") }

// compile builds the authority here and lets it build the others, which says itself how far it is.
func (p *Programs) compile(ctx context.Context, cfg BuildConfig) error {
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", p.path(), ".")
	build.Dir = p.source
	build.Env = append(os.Environ(), "GOWORK=off")
	var complaints bytes.Buffer
	build.Stdout, build.Stderr = &complaints, &complaints
	if err := patiently(build, "authority: building", cfg.Progress); err != nil {
		return describe(ctx, "build the authority", err, complaints.Bytes())
	}
	others := exec.CommandContext(ctx, p.path(), append([]string{"build"}, p.locations()...)...)
	if !cfg.Registrar {
		others.Args = append(others.Args, withoutRegistrar)
	}
	var said bytes.Buffer
	others.Stderr = io.MultiWriter(cfg.Progress, &said)
	others.Cancel = func() error { return others.Process.Signal(os.Interrupt) } // so that it ends its compilers
	others.WaitDelay = 5 * time.Second
	if err := others.Run(); err != nil {
		return describe(ctx, "build the programs", err, said.Bytes())
	}
	return nil
}

// patiently runs a command that says nothing itself.
func patiently(cmd *exec.Cmd, what string, progress io.Writer) error {
	began := time.Now()
	cmd.WaitDelay = 5 * time.Second // compilers it started may hold its output open
	outcome := make(chan error, 1)
	go func() { outcome <- cmd.Run() }()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case err := <-outcome:
			return err
		case <-ticker.C:
			fmt.Fprintf(progress, "%s, %s so far\n", what, time.Since(began).Round(time.Second))
		}
	}
}

func describe(ctx context.Context, what string, err error, output []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w\n%s", what, err, bytes.TrimSpace(output))
}

// checkTools tells what is missing before a compiler tells it worse.
func checkTools(ctx context.Context) error {
	if _, err := exec.LookPath("go"); err != nil {
		return ErrNoGo
	}
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

// lock waits for the exclusive lock on a file, which the kernel releases with the process at the latest.
func lock(file string) (unlock func() error, err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
