package gobuild

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// module writes a program that consists of one file.
func module(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module example.com/program\n\ngo 1.26\n", "main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// progress is a writer that may be read while it is written to.
type progress struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *progress) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(data)
}

func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

func TestBuildMakesAProgramThatRuns(t *testing.T) {
	if err := checkCompiler(t.Context()); err != nil {
		t.Skip(err)
	}
	var said progress
	p := Program{
		Name: "program", Source: module(t, `package main; func main() { println("it runs") }`),
		Output: filepath.Join(t.TempDir(), "program"), Progress: &said, Tick: time.Millisecond,
	}
	if err := Build(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(p.Output).CombinedOutput(); err != nil || string(out) != "it runs\n" {
		t.Errorf("the program says %q, %v", out, err)
	}
	for _, want := range []string{"program: building", "program: built"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the progress %q has no line with %q", said.String(), want)
		}
	}
}

func TestBuildShowsWhatTheCompilerSays(t *testing.T) {
	if err := checkCompiler(t.Context()); err != nil {
		t.Skip(err)
	}
	err := Build(t.Context(), Program{
		Name: "program", Source: module(t, `package main; func main() { undefined() }`),
		Output: filepath.Join(t.TempDir(), "program"), Progress: &progress{}, Tick: time.Minute,
	})
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "undefined: undefined") {
		t.Errorf("error %v, want the compiler's complaint", err)
	}
}

func TestBuildTellsWhatIsMissing(t *testing.T) {
	source := module(t, "package main; func main() {}")
	for _, test := range []struct {
		name   string
		source string
		env    [2]string
		want   error
	}{
		{"source", t.TempDir(), [2]string{"CC", ""}, ErrNoSource},
		{"go", source, [2]string{"PATH", t.TempDir()}, ErrNoGo},
		{"compiler", source, [2]string{"CC", "no-such-compiler"}, ErrNoCompiler},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(test.env[0], test.env[1])
			err := Build(t.Context(), Program{Name: "program", Source: test.source, Output: "unused", Progress: &progress{}, Tick: time.Minute})
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestBuildEndsWithItsContext(t *testing.T) {
	if err := checkCompiler(t.Context()); err != nil {
		t.Skip(err)
	}
	source := module(t, "package main; func main() {}")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Build(ctx, Program{Name: "program", Source: source, Output: filepath.Join(t.TempDir(), "program"), Progress: &progress{}, Tick: time.Minute})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestPackagesTellsPathsFromComplaints(t *testing.T) {
	c := &packages{}
	for _, part := range []string{"example.com/a\nexam", "ple.com/b\n# example.com/b\n./b.go:1: wrong", " word\nlast"} {
		if _, err := c.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if c.n.Load() != 2 {
		t.Errorf("%d packages, want 2", c.n.Load())
	}
	if got, want := string(c.rest()), "# example.com/b\n./b.go:1: wrong word\nlast"; got != want {
		t.Errorf("complaints %q, want %q", got, want)
	}
}
