package operator

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/usersocket"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/sqlite"
	"github.com/getbindu/bindu-go/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorded are the events of changes.
type recorded struct {
	mu  sync.Mutex
	all []audit.Event
}

func (r *recorded) Record(_ context.Context, e audit.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
}

// asked is a registrar that runs, its directory, and a client for it.
type asked struct {
	*Client
	*registrartest.Fixture
	dir    string
	events *recorded
	log    *lines
}

func newAsked(t *testing.T, change func(*registrar.Config)) *asked {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registrar")
	dir, err := safefile.OpenDir(path, nil)
	must(t, err)
	store, err := sqlite.Open(t.Context(), dir, nil)
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	a := &asked{Fixture: registrartest.NewFixture(t, store, change), dir: path, events: &recorded{}, log: &lines{}}
	ln, err := Listen(path, slog.New(slog.DiscardHandler))
	must(t, err)
	port := Port(NewHandler(a.Registrar, a.events, slog.New(slog.NewTextHandler(a.log, nil))))
	port.Listener = ln
	srv, err := server.Start(port)
	must(t, err)
	a.Client = NewClient(path)
	t.Cleanup(func() {
		a.Client.Close()
		must(t, srv.Shutdown(context.WithoutCancel(t.Context())))
	})
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantReason fails the test unless an error is a fault with a word.
func wantReason(t *testing.T, err error, reason string) {
	t.Helper()
	if f, ok := errors.AsType[*Fault](err); !ok || f.Reason != reason {
		t.Errorf("%v, want %s", err, reason)
	}
}

func TestTheOperatorDecidesAboutAnAgent(t *testing.T) {
	a := newAsked(t, func(c *registrar.Config) { c.Mode = registrar.ModeApprove })
	ctx, poet := t.Context(), registrartest.NewAgent(t, "poet")
	name, print := poet.DID.String(), registrar.Fingerprint(poet.Key.PublicKey())
	_, err := a.Show(ctx, name)
	wantReason(t, err, "client_unknown")
	if got := a.Register(a.Registrar, poet, poet.Body(registrartest.SecretOf("s"))); got.State != "pending" {
		t.Fatal(got)
	}
	waiting, err := a.Pending(ctx)
	must(t, err)
	if len(waiting) != 1 || waiting[0].DID != name || waiting[0].Fingerprint != print {
		t.Fatalf("%+v", waiting)
	}
	if got, err := a.Show(ctx, name); err != nil || got.State != StatePending || got.Waiting == nil || *got.Waiting != waiting[0] || len(got.Keys) != 0 {
		t.Errorf("it waits, and shown is %+v, %v", got, err)
	}
	wantReason(t, a.Approve(ctx, name, "SHA256:another"), "not_pending")
	must(t, a.Approve(ctx, name, print))
	if got, err := a.Show(ctx, name); err != nil || got.State != StateBound || got.Voucher != "approved" || got.Waiting != nil || got.Keys[0].Fingerprint != print {
		t.Errorf("%+v, %v", got, err)
	}
	granted, err := a.Grant(ctx, name, []string{"agent:admin"})
	if err != nil || !slices.Equal(granted.Scopes, []string{"agent:admin"}) || !slices.Equal(granted.Usual, a.Config.Scopes) {
		t.Errorf("%+v, %v", granted, err)
	}
	grant := func(d string, scopes ...string) error {
		_, err := a.Grant(ctx, d, scopes)
		return err
	}
	wantReason(t, grant(name, "a b"), "scopes_malformed")
	if got := a.Register(a.Registrar, poet, poet.Body(registrartest.SecretOf("s"))); got.State != "registered" || got.Scopes[0] != "agent:admin" {
		t.Fatal(got)
	}
	if got, err := a.Show(ctx, name); err != nil || got.State != StateRegistered || strings.Contains(string(got.Document), registrartest.SecretOf("s")) {
		t.Errorf("%+v, %v", got, err)
	}
	done, err := a.Revoke(ctx, name, "stolen")
	if err != nil || !done.Revoked || !done.Removed {
		t.Errorf("%+v, %v", done, err)
	}
	if got, err := a.Show(ctx, name); err != nil || got.State != StateRevoked || got.Tombstone.Note != "stolen" || got.Document != nil {
		t.Errorf("%+v, %v", got, err)
	}
	must(t, a.Restore(ctx, name, ""))
	if none, err := a.Grant(ctx, name, nil); err != nil || !slices.Equal(none.Scopes, a.Config.Scopes) {
		t.Errorf("%+v, %v", none, err)
	}
	wantReason(t, a.Restore(ctx, name, ""), "not_revoked")
	own := a.Config.Self.String()
	_, err = a.Revoke(ctx, own, "")
	for _, call := range []error{err, a.Restore(ctx, own, ""), grant(own, "agent:read")} {
		wantReason(t, call, "own_did")
	}
	for _, call := range []error{a.Deny(ctx, "nonsense", ""), a.Approve(ctx, "nonsense", ""), a.Restore(ctx, "nonsense", ""), grant("nonsense")} {
		wantReason(t, call, "did_malformed")
	}
}

// A token's text is told to who makes it, and in no list and no record.
func TestTokens(t *testing.T) {
	a := newAsked(t, nil)
	ctx := t.Context()
	made, err := a.CreateToken(ctx, NewToken{Author: "author", Name: "*", Uses: 2, Lifetime: time.Hour})
	if err != nil || !strings.HasPrefix(made.Text, "bindu-enrol-") {
		t.Fatalf("%+v, %v", made, err)
	}
	all, err := a.Tokens(ctx)
	if err != nil || len(all) != 1 || all[0].Text != "" || all[0].ID != made.ID || all[0].MaxUses != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	_, err = a.CreateToken(ctx, NewToken{Author: "[", Name: "*", Uses: 1, Lifetime: time.Hour})
	wantReason(t, err, "request_malformed")
	must(t, a.RevokeToken(ctx, made.ID))
	wantReason(t, a.RevokeToken(ctx, made.ID), "token_unknown")
	for _, e := range a.events.all {
		if strings.Contains(strings.Join([]string{e.DID, e.Method, e.Reason, e.Remote}, " "), made.Text) {
			t.Errorf("%+v", e)
		}
	}
}

// Every change is recorded with who asked, and what is only looked at is not.
func TestChangesAreRecorded(t *testing.T) {
	a := newAsked(t, nil)
	ctx, name := t.Context(), registrartest.NewAgent(t, "poet").DID.String()
	_, err := a.Revoke(ctx, name, "")
	must(t, err)
	_, err = a.Show(ctx, name)
	must(t, err)
	wantReason(t, a.Deny(ctx, name, "x"), "not_pending")
	var got []string
	for _, e := range a.events.all {
		got = append(got, string(e.Decision)+" "+e.Method+" "+e.Reason+" "+e.DID+" "+e.Remote)
	}
	who := usersocket.Addr(os.Geteuid()).String()
	if want := "admitted revoke  " + name + " " + who + "\nrefused deny not_pending " + name + " " + who; strings.Join(got, "\n") != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// All clients are listed, also where they are more than one answer has.
func TestEveryClientIsListed(t *testing.T) {
	a := newAsked(t, func(c *registrar.Config) {
		c.Mode = registrar.ModeOpen
		c.MaxDIDsPerAddress = 1000
		c.Rates = registrar.Rates{Stranger: 1000, Strangers: 1000, Known: 1000, Questions: 1000}
	})
	_, err := a.Client.Revoke(t.Context(), registrartest.NewAgent(t, "never seen").DID.String(), "")
	must(t, err)
	const many = perPage + 5
	for i := range many {
		agent := registrartest.NewAgent(t, "a"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+string(rune('a'+i/26)))
		if got := a.Register(a.Registrar, agent, agent.Body(registrartest.SecretOf("s"))); got.State != "registered" {
			t.Fatal(got)
		}
	}
	seen := map[string]bool{}
	must(t, a.Client.Clients(t.Context(), func(one Agent) error {
		seen[one.DID] = true
		if revoked := one.Voucher == ""; one.Document != nil || revoked != (one.State == StateRevoked) {
			t.Errorf("%+v", one)
		}
		return nil
	}))
	if len(seen) != many+1 { // and who was revoked before it came
		t.Errorf("%d of %d", len(seen), many+1)
	}
}

func TestOnlyItsUserAndRootAreTheOperator(t *testing.T) {
	for _, c := range []struct {
		uid, own int
		want     bool
	}{{0, 0, true}, {0, 7, true}, {7, 7, true}, {8, 7, false}, {7, 0, false}, {-1, 0, false}} {
		if got := usersocket.Serves(c.uid, c.own); got != c.want {
			t.Errorf("user %d of a registrar of user %d: %v", c.uid, c.own, got)
		}
	}
}

// The socket is closed to others by its modes too, also in a directory that lets them in.
func TestTheModesOfTheSocket(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	must(t, os.Mkdir(filepath.Join(dir, Dir), 0o755))
	ln, err := Listen(dir, slog.New(slog.DiscardHandler))
	must(t, err)
	for name, want := range map[string]os.FileMode{Dir: os.ModeDir | 0o700, filepath.Join(Dir, Socket): os.ModeSocket | 0o600} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	must(t, ln.Close())
	if _, err := os.Lstat(filepath.Join(dir, Dir, Socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
}

// A socket that a killed process left is replaced; whatever else stands there is not.
func TestWhatStandsInPlaceOfTheSocket(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, Dir, Socket)
	must(t, os.Mkdir(filepath.Dir(path), 0o700))
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	must(t, err)
	left.SetUnlinkOnClose(false)
	must(t, left.Close())
	ln, err := Listen(dir, slog.New(slog.DiscardHandler))
	must(t, err)
	must(t, ln.Close())
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	if _, err := Listen(dir, slog.New(slog.DiscardHandler)); !errors.Is(err, safefile.ErrUnsafePath) {
		t.Errorf("a file: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "precious" {
		t.Errorf("%q, %v", data, err)
	}
}

// A path that is too long for a socket is no obstacle.
func TestALongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	must(t, os.Mkdir(dir, 0o700))
	ln, err := Listen(dir, slog.New(slog.DiscardHandler))
	must(t, err)
	defer ln.Close()
	conn, _, err := dial(t.Context(), dir)
	must(t, err)
	must(t, conn.Close())
}

func TestNobodyRuns(t *testing.T) {
	dir := t.TempDir()
	c := NewClient(dir)
	defer c.Close()
	if _, err := c.Pending(t.Context()); !errors.Is(err, ErrNotRunning) || strings.Contains(err.Error(), "http://") {
		t.Errorf("no directory: %v", err)
	}
	ln, err := Listen(dir, slog.New(slog.DiscardHandler))
	must(t, err)
	must(t, ln.(*usersocket.Listener).UnixListener.Close()) // as a process that is killed
	if _, err := c.Pending(t.Context()); !errors.Is(err, ErrNotRunning) {
		t.Errorf("a socket without a process: %v", err)
	}
}

// A registrar that is killed while it is asked has refused nobody. Whoever hangs up on a
// user that it does not serve has not ended.
func TestWhoHangsUpHasEndedOrRefuses(t *testing.T) {
	for name, said := range map[string]string{
		"at once":           "",
		"within the header": "HTTP/1.1 200 OK\r\n",
		"within the answer": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[",
	} {
		for _, reads := range []bool{true, false} {
			if !reads && said != "" {
				continue // nobody answers what was not asked
			}
			dir := t.TempDir()
			ln, err := Listen(dir, slog.New(slog.DiscardHandler))
			must(t, err)
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				if reads {
					_, _ = conn.Read(make([]byte, 1<<10))
				}
				_, _ = io.WriteString(conn, said)
				conn.Close()
			}()
			c := NewClient(dir)
			_, err = c.Pending(t.Context())
			if !errors.Is(err, ErrEnded) {
				t.Errorf("%s, %v: %v", name, reads, err)
			}
			c.Close()
			must(t, ln.Close())
			<-done
		}
	}
	for _, hangup := range hangups {
		if err := hungUp(&net.OpError{Op: "read", Err: hangup}, false); !errors.Is(err, ErrRefused) || errors.Is(err, ErrEnded) {
			t.Errorf("%v of another user: %v", hangup, err)
		}
		if err := hungUp(&net.OpError{Op: "read", Err: hangup}, true); !errors.Is(err, ErrEnded) || errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v", hangup, err)
		}
	}
	if err := hungUp(context.DeadlineExceeded, true); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrEnded) {
		t.Errorf("too late: %v", err)
	}
}

// A call that is malformed, or that nobody knows, changes nothing.
func TestMalformedCalls(t *testing.T) {
	a := newAsked(t, nil)
	_, err := ask[nothing](t.Context(), a.Client, pathRevoke, map[string]string{"DID": "did:x:y", "unknown": "member"})
	wantReason(t, err, "request_malformed")
	_, err = ask[nothing](t.Context(), a.Client, "/v1/unknown", nothing{})
	wantReason(t, err, "not_found")
	_, err = ask[nothing](t.Context(), a.Client, pathRevoke, map[string]string{"did": strings.Repeat("x", maxBody)})
	wantReason(t, err, "request_malformed")
}

// Whoever else gets to the socket is hung up on unheard, and the operator is served.
func TestSomebodyElseIsHungUpOn(t *testing.T) {
	hungUpOn(t, func(*net.UnixConn) (int, error) { return os.Geteuid() + 1, nil })
}

// So is whom the system does not know.
func TestWhoIsNotKnownIsHungUpOn(t *testing.T) {
	hungUpOn(t, func(*net.UnixConn) (int, error) { return os.Geteuid(), errors.New("not known") })
}

// hungUpOn fails the test unless the first one who connects is, and the second is not.
func hungUpOn(t *testing.T, first func(*net.UnixConn) (int, error)) {
	t.Helper()
	dir := t.TempDir()
	ln, err := Listen(dir, slog.New(slog.DiscardHandler))
	must(t, err)
	ours := ln.(*usersocket.Listener)
	ours.Who = func(conn *net.UnixConn) (int, error) {
		ours.Who = usersocket.User
		return first(conn)
	}
	other, _, err := dial(t.Context(), dir)
	must(t, err)
	defer other.Close()
	operator, _, err := dial(t.Context(), dir)
	must(t, err)
	defer operator.Close()
	conn, err := ln.Accept()
	must(t, err)
	defer conn.Close()
	if _, err := conn.Write([]byte("x")); err != nil || conn.RemoteAddr().String() != usersocket.Addr(os.Geteuid()).String() {
		t.Errorf("the operator is %s, %v", conn.RemoteAddr(), err)
	}
	must(t, ln.Close()) // whoever was not heard until now is not either
	if _, err := other.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the other reads: %v", err)
	}
	if _, err := operator.Read(make([]byte, 1)); err != nil {
		t.Errorf("the operator reads: %v", err)
	}
}
