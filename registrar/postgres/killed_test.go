package postgres_test

import (
	"bufio"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	admin "github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/hydra"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// What the process that is killed is told, and what it says.
const (
	childDatabase, childHydra, childHangs = "TEST_DATABASE", "TEST_HYDRA", "TEST_HANGS"
	hanging                               = "hanging in a transaction"
)

// replica is a registrar of a process: on this database and at that Hydra.
func replica(t *testing.T, database, hydraURL string, change func(*registrar.Config)) *registrartest.Fixture {
	t.Helper()
	clients := hydra.New(admin.Config{AdminURL: hydraURL})
	t.Cleanup(clients.Close)
	return registrartest.NewFixture(t, open(t, parse(t, database)), func(c *registrar.Config) {
		c.Clients, c.Mode = clients, registrar.ModeOpen
		if change != nil {
			change(c)
		}
	})
}

// hangs is a source of random numbers of which a transaction is in the middle.
type hangs struct{}

func (hangs) Read([]byte) (int, error) {
	_, _ = os.Stdout.WriteString(hanging + "\n")
	select {}
}

// TestProcessThatIsKilled is the process, and no test by itself.
func TestProcessThatIsKilled(t *testing.T) {
	database := os.Getenv(childDatabase)
	if database == "" {
		return
	}
	f := replica(t, database, os.Getenv(childHydra), func(c *registrar.Config) {
		if os.Getenv(childHangs) != "" {
			c.Random = hangs{}
		}
	})
	agent := registrartest.NewAgent(t, "alice")
	t.Fatal("it was not killed: ", f.Register(f.Registrar, agent, agent.Body(registrartest.SecretOf("first"))))
}

// process is the one that is killed.
type process struct {
	*exec.Cmd
	hangs chan struct{} // closed when it says so
	ended chan struct{} // closed when it has ended
	said  strings.Builder
}

// startProcess runs the process, which ends with the test at the latest.
func startProcess(t *testing.T, environment ...string) *process {
	t.Helper()
	p := &process{
		Cmd:   exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcessThatIsKilled$"),
		hangs: make(chan struct{}), ended: make(chan struct{}),
	}
	p.Env = append(os.Environ(), environment...)
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			p.said.WriteString(lines.Text() + "\n")
			if lines.Text() == hanging {
				close(p.hangs)
			}
		}
		_ = p.Wait() // it was killed, or said why not
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.ended
	})
	return p
}

// killAt kills the process in the middle of what it does.
func (p *process) killAt(t *testing.T, moment <-chan struct{}) {
	t.Helper()
	select {
	case <-moment:
	case <-p.ended:
		t.Fatal(p.said.String())
	}
	if err := p.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-p.ended
}

// authority is Hydra, with a way to it on which the first write stops.
type authority struct {
	http.Handler
	arrives bool          // whether Hydra gets it
	stopped chan struct{} // closed when it stops there
	release chan struct{}
}

func newAuthority(t *testing.T, arrives bool) (a *authority, address string) {
	t.Helper()
	h := hydratest.Start(t, hydratest.Options{})
	target, err := url.Parse(h.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, Transport: transport}
	a = &authority{Handler: proxy, arrives: arrives, stopped: make(chan struct{}), release: make(chan struct{})}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := false
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		select {
		case <-a.stopped:
		default:
			first = true
		}
	}
	if !first {
		a.Handler.ServeHTTP(w, r)
		return
	}
	if a.arrives {
		answer := httptest.NewRecorder()
		a.Handler.ServeHTTP(answer, r)
		if answer.Code >= http.StatusBadRequest { // it is made by another request
			maps.Copy(w.Header(), answer.Header())
			w.WriteHeader(answer.Code)
			_, _ = io.Copy(w, answer.Body)
			return
		}
	}
	close(a.stopped)
	<-a.release
	panic(http.ErrAbortHandler)
}

// A registrar is killed in the middle of a change, as a process; the other finishes it.
func TestAProcessIsKilledInTheMiddleOfAChange(t *testing.T) {
	server := postgrestest.Shared(t)
	for name, tt := range map[string]struct {
		inTransaction, arrives bool
	}{
		"in a transaction, with the lock of the DID": {inTransaction: true},
		"before its write arrives":                   {},
		"after its write has arrived":                {arrives: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := server.Address(server.Database(t), nil)
			way, hydraURL := newAuthority(t, tt.arrives)
			other := replica(t, database, hydraURL, nil)
			environment := []string{childDatabase + "=" + database, childHydra + "=" + hydraURL}
			if tt.inTransaction {
				environment = append(environment, childHangs+"=1")
			}
			p := startProcess(t, environment...)
			if tt.inTransaction {
				close(way.stopped) // no write stops
				p.killAt(t, p.hangs)
			} else {
				p.killAt(t, way.stopped)
			}
			close(way.release)
			finishes(t, other, tt.inTransaction)
		})
	}
}

// finishes lets the other registrar find what the killed one left.
func finishes(t *testing.T, other *registrartest.Fixture, nothingLeft bool) {
	t.Helper()
	agent := registrartest.NewAgent(t, "alice")
	body := agent.Body(registrartest.SecretOf("second"))
	if !nothingLeft {
		if got := other.Register(other.Registrar, agent, body); got.Reason != "client_busy" {
			t.Errorf("while the lease lasts: %s", got)
		}
		other.Clock.Advance(other.Config.Lease)
		if n, err := other.Finish(t.Context()); n != 1 || err != nil {
			t.Errorf("finished %d, %v", n, err)
		}
	}
	got := other.Register(other.Registrar, agent, body)
	if got.State != "registered" || got.Foreign {
		t.Errorf("%s", got)
	}
	if row := other.Row(agent.DID); row.Intent != nil || row.Client == nil || len(row.Keys) != 1 {
		t.Errorf("%+v", row)
	}
	if drift, err := other.Compare(t.Context(), agent.DID); err != nil || len(drift) > 0 {
		t.Errorf("%v, %v", drift, err)
	}
}
