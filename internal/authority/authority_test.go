package authority

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// role makes the test program play the authority.
const role = "AUTHORITY_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "serving": // until standard input ends
		os.Stderr.WriteString("hydra: starting\n")
		os.Stdout.WriteString("authority hydra ready\n")
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "dying":
		os.Stdout.WriteString("authority hydra ready\n")
		os.Stderr.WriteString("hydra ended by itself\n")
		os.Exit(1)
	case "refusing":
		os.Stderr.WriteString("the reason\n")
		os.Exit(1)
	case "mute": // never says that it is ready
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// programs stands for built ones that play the given role.
func programs(t *testing.T, as string) *Programs {
	t.Helper()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	p := &Programs{bin: t.TempDir(), source: t.TempDir()}
	if err := os.Symlink(self, p.path()); err != nil {
		t.Fatal(err)
	}
	t.Setenv(role, as)
	return p
}

func TestStartReturnsWhenReadyAndStopEndsIt(t *testing.T) {
	var said transcript
	p, err := programs(t, "serving").Start(t.Context(), Config{Component: Hydra, Progress: &said})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Errorf("Stop: %v", err)
		}
	}
	if got := said.String(); got != "hydra: starting\n" {
		t.Errorf("progress %q", got)
	}
}

func TestKillEndsIt(t *testing.T) {
	p, err := programs(t, "serving").Start(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	var exit *exec.ExitError
	if err := p.Err(); !errors.As(err, &exit) {
		t.Errorf("Err: %v, want an exit status", err)
	}
}

func TestErrTellsOfADeath(t *testing.T) {
	p, err := programs(t, "dying").Start(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "hydra ended by itself") {
		t.Errorf("Err: %v, want its last words", err)
	}
}

func TestStartFails(t *testing.T) {
	p := programs(t, "refusing")
	if _, err := p.Start(t.Context(), Config{}); !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("a program that ends: %v, want ErrNotStarted with its last words", err)
	}
	t.Setenv(role, "mute")
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := p.Start(ctx, Config{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a program that is never ready: %v, want context.DeadlineExceeded", err)
	}
	if _, err := (&Programs{bin: t.TempDir()}).Start(t.Context(), Config{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v, want os.ErrNotExist", err)
	}
}

func TestWipeShowsWhyItFailed(t *testing.T) {
	if err := programs(t, "refusing").Wipe(t.Context(), t.TempDir(), Hydra); err == nil || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("error %v, want the program's words", err)
	}
}

func TestConfigArguments(t *testing.T) {
	args := Config{Dir: "d", Component: StepCA, CertDefault: 5 * time.Second, WithoutHydra: true, Webhook: "https://h/", CAJSON: "f"}.args()
	if args[0] != "step-ca" || !slices.Contains(args, "--without-hydra") || slices.Contains(args, "--token-ttl") {
		t.Errorf("arguments %q", args)
	}
	for name, value := range map[string]string{"--cert-default": "5s", "--webhook": "https://h/", "--ca-json": "f"} {
		if i := slices.Index(args, name); i < 0 || args[i+1] != value {
			t.Errorf("arguments %q have no %s %s", args, name, value)
		}
	}
	if args := (Config{Dir: "d", Registrar: true}).args(); !slices.Contains(args, "--registrar-webhook") || slices.Contains(args, withoutRegistrar) {
		t.Errorf("with a registrar: arguments %q", args)
	}
	if args := (Config{Dir: "d"}).args(); slices.Contains(args, "--registrar") || !slices.Contains(args, withoutRegistrar) {
		t.Errorf("without a registrar: arguments %q", args)
	}
	if args := (Config{Dir: "d"}).args(); slices.Contains(args, "--webhook") || slices.Contains(args, "--ca-json") {
		t.Errorf("arguments %q", args)
	}
}

func TestLocate(t *testing.T) {
	found, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvSource, found)
	if again, err := Locate(); err != nil || again != found {
		t.Errorf("by variable: %s, %v; want %s", again, err, found)
	}
	t.Setenv(EnvSource, t.TempDir())
	if _, err := Locate(); !errors.Is(err, ErrNoSource) {
		t.Errorf("an empty directory: %v, want ErrNoSource", err)
	}
}

func TestBuildTellsWhatIsMissing(t *testing.T) {
	source, err := Locate()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, variable, value string
		want                  error
	}{
		{"go", "PATH", t.TempDir(), ErrNoGo},
		{"compiler", "CC", "no-such-compiler", ErrNoCompiler},
		{"source", EnvSource, t.TempDir(), ErrNoSource},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := BuildConfig{Source: source, Bin: t.TempDir()}
			if test.want == ErrNoSource {
				cfg.Source = ""
			}
			t.Setenv(test.variable, test.value)
			if _, err := Build(t.Context(), cfg); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestBinIsChosenByVariable(t *testing.T) {
	want := t.TempDir()
	t.Setenv(EnvBin, want)
	if got, err := defaultBin(); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestReadEnv(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "authority.env"), []byte("MTLS__CA_URL=https://127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if env, err := ReadEnv(dir); err != nil || env["MTLS__CA_URL"] != "https://127.0.0.1:1" {
		t.Errorf("got %v, %v", env, err)
	}
}

func TestTranscriptKeepsTheEnd(t *testing.T) {
	var said transcript
	for _, text := range []string{"early", strings.Repeat("x", 8<<10), "late"} {
		if _, err := said.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if got := said.String(); strings.Contains(got, "early") || !strings.HasSuffix(got, "late") {
		t.Errorf("kept %d bytes that begin with %q", len(got), got[:5])
	}
}
