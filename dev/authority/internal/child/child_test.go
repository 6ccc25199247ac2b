package child

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// role makes the test program play a child.
const role = "CHILD_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "polite": // ends with status 0 when asked to
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		os.Stdout.WriteString("up\n")
		<-signals
		os.Exit(0)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		os.Stdout.WriteString("up\n")
		select {}
	case "dying":
		os.Exit(3)
	}
	goleak.VerifyTestMain(m)
}

// start returns when the child has installed its handlers.
func start(t *testing.T, as string) *Process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+as)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd.Stdout = w
	p, err := Start(cmd)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	if _, err := r.Read(make([]byte, 3)); err != nil && as != "dying" {
		t.Fatal(err)
	}
	return p
}

func TestStopAsksFirst(t *testing.T) {
	p := start(t, "polite")
	if err := p.Stop(time.Minute, nil); err != nil {
		t.Errorf("Stop: %v", err)
	}
	if err := p.Err(); err != nil {
		t.Errorf("the child ended with %v, want status 0", err)
	}
}

func TestStopKillsWhenGraceIsOver(t *testing.T) {
	p := start(t, "stubborn")
	if err := p.Stop(time.Millisecond, nil); err == nil {
		t.Error("Stop does not tell that it had to kill")
	}
	<-p.Done()
}

func TestStopKillsInAHurry(t *testing.T) {
	hurry := make(chan struct{})
	close(hurry)
	p := start(t, "stubborn")
	if err := p.Stop(time.Minute, hurry); err != nil {
		t.Errorf("Stop: %v", err)
	}
	<-p.Done()
}

func TestErrTellsHowItEnded(t *testing.T) {
	p := start(t, "dying")
	var exit *exec.ExitError
	if err := p.Err(); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("Err: %v, want exit status 3", err)
	}
	if err := p.Stop(time.Minute, nil); err != nil {
		t.Errorf("Stop after the end: %v", err)
	}
}

func TestStartTellsOfAProgramThatIsNotThere(t *testing.T) {
	if _, err := Start(exec.Command("/nonexistent/program")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want os.ErrNotExist", err)
	}
}
