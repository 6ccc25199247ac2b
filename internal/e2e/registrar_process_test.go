package e2e

import (
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// replica is a registrar that is a process of its own, and that may be killed.
type replica struct {
	t       *testing.T
	program string
	dir     string
	address string // of its port
	admin   string // of its admin port
	env     map[string]string

	cmd     *exec.Cmd
	log     *syncBuffer
	serving chan struct{} // closed once it says that it serves
	ended   chan struct{} // closed when it is gone
}

// buildRegistrar builds the program and returns its path.
func buildRegistrar(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registrar")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../../cmd/registrar")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// replica returns a registrar of this stack that does not run yet.
func (s *stack) replica(program, name string, extra map[string]string) *replica {
	s.t.Helper()
	p := &replica{t: s.t, program: program, dir: filepath.Join(s.root, name), address: freeAddress(s.t), admin: freeAddress(s.t), log: &syncBuffer{}}
	p.env = map[string]string{
		"REGISTRAR__AUTHOR": "e2e@example.com", "REGISTRAR__DIR": p.dir, "NETWORK__PORT": portOf(p.address), "NETWORK__ADMIN_PORT": portOf(p.admin),
		"LOG__FORMAT": "json", "PATH": os.Getenv("PATH"),
	}
	for _, name := range []string{"HYDRA__ADMIN_URL", "HYDRA__PUBLIC_URL", "MTLS__CA_URL", "MTLS__CA_ROOT_URL", "MTLS__CA_FINGERPRINT"} {
		p.env[name] = s.auth.Env()[name]
	}
	maps.Copy(p.env, extra)
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func portOf(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// start runs it; it is killed at the end of the test at the latest.
func (p *replica) start() {
	p.t.Helper()
	p.cmd = exec.Command(p.program, "serve")
	p.cmd.Dir, p.cmd.Env = p.t.TempDir(), environ(p.env) // no .env there
	p.serving, p.ended = make(chan struct{}), make(chan struct{})
	said := &watched{log: p.log, text: `"msg":"serving"`, found: p.serving}
	p.cmd.Stdout, p.cmd.Stderr = said, said
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	cmd, ended := p.cmd, p.ended
	go func() {
		_ = cmd.Wait() // it was killed, or its log says why not
		close(ended)
	}()
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may be gone already
		<-ended
	})
}

// await waits until it serves.
func (p *replica) await() *replica {
	p.t.Helper()
	select {
	case <-p.serving:
	case <-p.ended:
		p.t.Fatalf("the registrar ended\n%s", p.log)
	case <-time.After(patience):
		p.t.Fatalf("the registrar does not serve\n%s", p.log)
	}
	return p
}

// kill ends it as kill -9 does, and waits until it is gone.
func (p *replica) kill() {
	_ = p.cmd.Process.Kill() // it may be gone already
	<-p.ended
}

// join gives it the directory of another, but for certificate and lock, so that both are
// one registrar.
func (p *replica) join(first *replica) {
	p.t.Helper()
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	for _, name := range []string{"private.pem", "public.pem", "identity.json", "oauth_credentials.json", "registration.json"} {
		data, err := os.ReadFile(filepath.Join(first.dir, name))
		if err != nil {
			p.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(p.dir, name), data, 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
}

// did is who the registrar is.
func (p *replica) did() did.DID {
	p.t.Helper()
	cmd := exec.Command(p.program, "did")
	cmd.Dir, cmd.Env = p.t.TempDir(), environ(p.env)
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatal(err)
	}
	d, err := did.Parse(strings.TrimSpace(string(out)))
	if err != nil {
		p.t.Fatal(err)
	}
	return d
}

// operator asks it as its operator does.
func (p *replica) operator() *operator.Client {
	c := operator.NewClient(p.dir)
	p.t.Cleanup(c.Close)
	return c
}

// watched is a log that says when a text stands in it.
type watched struct {
	log   *syncBuffer
	text  string
	found chan struct{}
	once  sync.Once
	mu    sync.Mutex
	rest  string // of a line that is not whole
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.log.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest += string(p)
	if strings.Contains(w.rest, w.text) {
		w.once.Do(func() { close(w.found) })
	}
	w.rest = w.rest[strings.LastIndex(w.rest, "\n")+1:]
	return n, err
}
