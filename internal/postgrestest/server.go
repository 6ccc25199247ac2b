package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// wait bounds what a server takes to start on a busy machine.
const wait = 2 * time.Minute

// Superuser and Password are who may do everything at a server.
const (
	Superuser = "postgres"
	Password  = "a p@ss/word"
)

// Server is a running PostgreSQL. Its address survives restarts. The methods fail the test when they fail.
type Server struct {
	// RootFile is the certificate that the server proves itself with, for 127.0.0.1.
	RootFile string
	// Socket is the directory of its Unix socket, Port its number on 127.0.0.1.
	Socket string
	Port   int

	install  *installation
	shared   bool
	guard    *exec.Cmd
	lifeline *os.File // the server ends when it closes
}

// shared is for all tests of a process that leave the server as it is.
var shared = sync.OnceValues(func() (*Server, error) { return start(true) })

// Shared returns the server of this process. It ends with the process.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	skip(t, err)
	return s
}

// Start returns a server for a test that stops it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := start(false)
	skip(t, err)
	t.Cleanup(func() {
		s.end()
		_ = os.RemoveAll(s.Socket)
	})
	return s
}

func skip(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, errNotInstalled) && os.Getenv("CI") != "true" {
		t.Skip("no real PostgreSQL here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func start(shared bool) (*Server, error) {
	install, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := install.directory()
	if err != nil {
		return nil, err
	}
	s := &Server{install: install, shared: shared, Socket: dir, RootFile: filepath.Join(dir, "server.crt")}
	if err := errors.Join(install.certify(dir), install.initialise(dir)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, s.run()
}

// run starts the server on its port, or on a free one the first time.
func (s *Server) run() error {
	var last error
	for range 5 { // the port may be taken between our looking and the server's
		port := s.Port
		if port == 0 {
			var err error
			if port, err = freePort(); err != nil {
				return err
			}
		}
		if last = s.runOn(port); last == nil {
			s.Port = port
			return nil
		}
	}
	return last
}

// guard ends the server when standard input does, be it that this process died, and
// deletes what is left of one that nobody starts again.
const guard = `trap '' INT TERM; "$@" & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; test -z "$REMOVE" || rm -rf "$REMOVE"`

func (s *Server) runOn(port int) error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	input, lifeline, err := os.Pipe()
	if err != nil {
		return err
	}
	defer input.Close()
	args := append([]string{"-c", guard, "guard", s.install.program("postgres")}, arguments(s.Socket, port)...)
	cmd := s.install.command("sh", args...)
	if s.shared {
		cmd.Env = append(cmd.Env, "REMOVE="+s.Socket)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = input, log, log
	if err := cmd.Start(); err != nil {
		return errors.Join(err, lifeline.Close())
	}
	s.guard, s.lifeline = cmd, lifeline
	if err := s.answers(port); err != nil {
		s.end()
		said, _ := os.ReadFile(s.log())
		return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, said)
	}
	return nil
}

func (s *Server) log() string { return filepath.Join(s.Socket, "log") }

// answers waits until the server does, or says that it never will.
func (s *Server) answers(port int) error {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.address(port, "postgres", nil))
		if err == nil {
			return conn.Close(ctx)
		}
		if said, _ := os.ReadFile(s.log()); strings.Contains(string(said), "could not create any TCP/IP sockets") {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// end ends the server at once, as a crash does, and waits for it.
func (s *Server) end() {
	if s.guard == nil {
		return
	}
	_ = s.lifeline.Close()
	_ = s.guard.Wait()
	s.guard = nil
}

// Stop ends the server as a crash does. Connections are refused from then on.
func (s *Server) Stop() { s.end() }

// Restart starts a stopped server on its old address, with all that was committed.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

// Address is the URL of a database for the superuser, with parameters.
func (s *Server) Address(database string, parameters url.Values) string {
	return s.address(s.Port, database, parameters)
}

func (s *Server) address(port int, database string, parameters url.Values) string {
	if parameters == nil {
		parameters = url.Values{"sslmode": {"disable"}}
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(Superuser, Password), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		Path: database, RawQuery: parameters.Encode(),
	}
	return u.String()
}

// Database makes an empty database and returns its name.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "test_" + strings.ToLower(rand.Text())
	s.Exec(t, "postgres", "CREATE DATABASE "+name)
	return name
}

// Exec runs statements in a database as the superuser.
func (s *Server) Exec(t testing.TB, database string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // for the end of a test, too
	conn, err := pgx.Connect(ctx, s.Address(database, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if err := conn.Close(ctx); err != nil {
		t.Error(err)
	}
}

func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return ln.Addr().(*net.TCPAddr).Port, ln.Close()
}

// arguments say how the server runs: nothing has to survive the machine, and a role
// whose commits do not wait for the disk is what the registrar must not rely on.
func arguments(dir string, port int) []string {
	args := []string{"-D", filepath.Join(dir, "data"), "-p", strconv.Itoa(port), "-k", dir}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "max_connections=300", "fsync=off", "full_page_writes=off", "synchronous_commit=off",
		"shared_buffers=32MB", "autovacuum=off", "ssl=on", "ssl_cert_file=" + filepath.Join(dir, "server.crt"), "ssl_key_file=" + filepath.Join(dir, "server.key"),
	} {
		args = append(args, "-c", setting)
	}
	return args
}

// own makes a file or directory that of who runs the server.
func (i *installation) own(path string) error {
	if i.as == nil {
		return nil
	}
	return os.Chown(path, int(i.as.Uid), int(i.as.Gid))
}

// command runs a program as who may run a server, which root may not.
func (i *installation) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: i.as}
	return cmd
}
