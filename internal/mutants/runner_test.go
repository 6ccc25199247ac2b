package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fake is a runner whose tests fail as the maps say.
func fake(t *testing.T, mutated, plain map[string][]string, broken error) *runner {
	t.Helper()
	r := newRunner(t.TempDir())
	r.test = func(_ context.Context, overlay, pkg string) ([]string, error) {
		if overlay == "" {
			return plain[pkg], nil
		}
		return mutated[pkg], broken
	}
	return r
}

// of returns a mutant of a file that holds "if guarded {".
func of(t *testing.T, name string, packages ...string) mutant {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.go")
	if err := os.WriteFile(file, []byte("package x\n\nif guarded {\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return mutant{name, file, "if guarded {", "if false {", packages}
}

func TestVerdicts(t *testing.T) {
	for name, test := range map[string]struct {
		mutated, plain map[string][]string
		broken         error
		change         func(*mutant)
		want, fault    string // in the output, in the error
	}{
		"two tests":              {mutated: map[string][]string{"a": {"TestA", "TestB"}}, want: "killed   m"},
		"two tests of two":       {mutated: map[string][]string{"a": {"TestA"}, "b": {"TestB"}}, want: "by   2 tests"},
		"one test":               {mutated: map[string][]string{"a": {"TestA"}}, want: "SURVIVED m", fault: "fewer than 2 tests notice: m"},
		"one test twice":         {mutated: map[string][]string{"a": {"TestA"}, "b": {"TestA"}}, want: "SURVIVED m", fault: "fewer than 2"},
		"no test":                {want: "SURVIVED m", fault: "fewer than 2 tests notice: m"},
		"does not build":         {broken: errors.New("does not build"), want: "ERROR    m", fault: "could not be tried: m"},
		"text changed":           {change: func(m *mutant) { m.old = "if protected {" }, want: "ERROR    m", fault: "could not be tried: m"},
		"text twice":             {change: func(m *mutant) { m.old = "a" }, want: "times, want once", fault: "could not be tried: m"},
		"a test that always did": {plain: map[string][]string{"a": {"TestA"}}, want: "without a mutant these fail in a: TestA", fault: "could not be tried: m"},
	} {
		t.Run(name, func(t *testing.T) {
			m := of(t, "m", "a", "b")
			if test.change != nil {
				test.change(&m)
			}
			before, err := os.ReadFile(m.file)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			// Twice: an error does not end the run.
			r := fake(t, test.mutated, test.plain, test.broken)
			err = tryAll(t.Context(), []mutant{m, m}, r, &out)
			if (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
				t.Errorf("error %v, want %q", err, test.fault)
			}
			if !strings.Contains(out.String(), test.want) || !strings.Contains(out.String(), "2/2") || !strings.Contains(out.String(), "\n2 mutants, ") {
				t.Errorf("%q is missing in\n%s", test.want, out.String())
			}
			if after, err := os.ReadFile(m.file); err != nil || string(after) != string(before) {
				t.Errorf("the source became %q, %v", after, err)
			}
		})
	}
}

func TestKillersAreNamed(t *testing.T) {
	if got := examples([]string{"TestA", "TestB", "TestC", "TestD"}); got != "TestA, TestB, TestC, …" {
		t.Errorf("%q", got)
	}
}

func TestNoMutantOfThatName(t *testing.T) {
	if err := run(t.Context(), "no such mutant", new(strings.Builder)); err == nil {
		t.Error("a run of nothing succeeds")
	}
}

func TestEverybodyOwnsEverything(t *testing.T) {
	for query, want := range map[string]string{
		"WHERE owner = ` + ours + ` AND id = ?2":        "WHERE ?1 <> '' AND id = ?2",
		"WHERE e.owner = ` + ours + ` AND e.id = ?2":    "WHERE ?1 <> '' AND e.id = ?2",
		"WHERE e.owner = owners.n AND e.id = ?2":        "WHERE owners.n <> 0 AND e.id = ?2",
		"SELECT n FROM events WHERE task = ? AND x = ?": "SELECT n FROM events WHERE ? <> 0 AND x = ?",
		"SET x = ? WHERE n = ?":                         "SET x = ? WHERE ? <> 0",
	} {
		if got := everybody(query); got != want {
			t.Errorf("%q became %q", query, got)
		}
	}
}

// What is printed after the second failure is not waited for, where that is asked.
func TestARunEndsWhenEnoughTestsHaveFailed(t *testing.T) {
	const (
		first  = `{"Action":"fail","Test":"TestA/one"}` + "\n"
		same   = `{"Action":"fail","Test":"TestA"}` + "\n"
		second = `{"Action":"fail","Test":"TestB"}` + "\n"
		after  = `{"Action":"fail","Test":"TestC"}` + "\n"
	)
	for name, test := range map[string]struct {
		printed string
		early   bool
		read    string
		enough  bool
	}{
		"two tests":          {first + same + second + after, true, first + same + second, true},
		"a test and its own": {first + same, true, first + same, false},
		"not asked":          {first + second + after, false, first + second + after, false},
		"the package's":      {first + `{"Action":"fail"}` + "\n", true, first + `{"Action":"fail"}` + "\n", false},
		"passes":             {`{"Action":"pass","Test":"TestA"}` + "\n", true, `{"Action":"pass","Test":"TestA"}` + "\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			if read, enough := untilEnough(strings.NewReader(test.printed), test.early); string(read) != test.read || enough != test.enough {
				t.Errorf("read %q, enough %t", read, enough)
			}
		})
	}
}

// A run that is ended goes on printing until it notices, and nobody waits for ever.
func TestARunThatIsEndedIsReadToItsEnd(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "trap 'yes | head -c 1000000; exit 1' INT; echo begun; while :; do sleep 0.1; done")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = time.Minute
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, len("begun\n"))); err != nil {
		t.Fatal(err)
	}
	end(cmd, stdout)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Errorf("ended with %v", err)
	}
}
