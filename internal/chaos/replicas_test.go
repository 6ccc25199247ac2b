package chaos

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// fleet is several processes of one agent, which share a database and nothing else.
type fleet struct {
	town     *town
	server   *postgrestest.Server
	database string
	executed string // a file with a line of each execution
	dirs     []string
	serving  []atomic.Pointer[process]
}

// newFleet starts n processes with the key of the first.
func newFleet(t *testing.T, n int) *fleet {
	t.Helper()
	f := &fleet{town: newTown(t), server: postgrestest.Shared(t), executed: filepath.Join(t.TempDir(), "executed"), serving: make([]atomic.Pointer[process], n)}
	f.database = f.server.Database(t)
	for i := range n {
		f.dirs = append(f.dirs, filepath.Join(t.TempDir(), "agent"))
		if i > 0 {
			f.becomeTheSame(t, f.dirs[i])
		}
		f.start(t, i)
	}
	f.untilReady(t)
	return f
}

// becomeTheSame has a new directory know who it is, and nothing else.
func (f *fleet) becomeTheSame(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"private.pem", "public.pem", "identity.json"} {
		data, err := os.ReadFile(filepath.Join(f.dirs[0], name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// start starts a process, and returns when it serves. Its command takes as many seconds as
// the message says behind its name.
func (f *fleet) start(t *testing.T, i int) {
	t.Helper()
	const command = `read name seconds; echo $name >>'%s'; sleep $seconds; echo done`
	p := f.town.spawn(t, f.dirs[i], map[string]string{
		"TASK__DATABASE_URL": f.server.Address(f.database, nil), "DID__REMEMBER_KEYS": "false", "LOG__LEVEL": "info",
		"AGENT__BACKEND": "exec", "AGENT__COMMAND": fmt.Sprintf(`["sh", "-c", %q]`, fmt.Sprintf(command, f.executed)),
		"LIMITS__RATE_PER_DID": "1000000", "LIMITS__RATE_BURST": "1000000", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra,
		"TASK__MAX_PER_DID": "1000000", "TASK__MAX_ACTIVE_PER_DID": "1000", "TASK__WORKERS": "64",
	})
	p.untilServing()
	f.serving[i].Store(p)
}

// untilReady waits until a new database's memory of replays can judge requests.
func (f *fleet) untilReady(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get(f.serving[0].Load().admin + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("the first is not ready")
}

// any is one of the processes.
func (f *fleet) any() *process { return f.serving[rand.N(len(f.serving))].Load() }

// member is a caller of all processes.
type member struct {
	*caller
	client *http.Client
}

func (f *fleet) newMember(t *testing.T) *member {
	t.Helper()
	c := f.town.newCaller(t)
	config := c.tls(t, f.serving[0].Load().name)
	config.ClientSessionCache = tls.NewLRUClientSessionCache(64)
	m := &member{c, &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: 32}}}
	t.Cleanup(m.client.CloseIdleConnections)
	return m
}

// taskSeen is what is looked at of an answer.
type taskSeen struct {
	ID     string
	Status struct{ State string }
}

func (a taskSeen) ended() bool {
	return a.Status.State == "completed" || a.Status.State == "failed" || a.Status.State == "canceled"
}

// ask sends a request to a process; ok: it was answered with a task.
func (m *member) ask(t *testing.T, p *process, body []byte) (got taskSeen, answer probe.Answer, ok bool) {
	t.Helper()
	r, err := m.signBody(p.url, body)
	if err != nil {
		t.Error(err)
		return taskSeen{}, probe.Answer{}, false
	}
	return m.send(t, r)
}

// send sends a request as it is.
func (m *member) send(t *testing.T, r probe.Request) (got taskSeen, answer probe.Answer, ok bool) {
	t.Helper()
	answer, err := probe.SendOn(t.Context(), m.client, r)
	if err != nil || answer.Status != http.StatusOK || answer.Reason != "" {
		return taskSeen{}, answer, false
	}
	var parsed struct{ Result taskSeen }
	if err := json.Unmarshal([]byte(answer.Body), &parsed); err != nil || parsed.Result.ID == "" {
		t.Errorf("%s: %v", answer.Body, err)
		return taskSeen{}, answer, false
	}
	return parsed.Result, answer, true
}

// startMessage is a message/send that does not wait.
func startMessage(name string, seconds float64) []byte {
	id := uuid.NewString()
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"message/send","params":{"configuration":{"blocking":false,"acceptedOutputModes":["text/plain"]},`+
		`"message":{"kind":"message","messageId":%[1]q,"role":"user","parts":[{"kind":"text","text":"%s %g\n"}]}}}`, id, name, seconds)
}

func about(method, id string) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":%q,"params":{"id":%q}}`, uuid.NewString(), method, id)
}

// TestATaskIsOfAllReplicas: started at one, it is read, streamed and cancelled at another,
// and the request that started it is taken by none a second time.
func TestATaskIsOfAllReplicas(t *testing.T) {
	f := newFleet(t, 2)
	m := f.newMember(t)
	here, there := f.serving[0].Load(), f.serving[1].Load()
	if here.name != there.name {
		t.Fatalf("they are %s and %s", here.name, there.name)
	}
	r, err := m.signBody(here.url, startMessage("one", 600))
	if err != nil {
		t.Fatal(err)
	}
	begun, answer, ok := m.send(t, r)
	if !ok {
		t.Fatal(answer, answer.Body)
	}
	for _, p := range []*process{here, there} {
		r.URL = p.url + "/"
		if _, answer, _ := m.send(t, r); answer.Reason != "replayed" {
			t.Errorf("a copy: %s", answer)
		}
	}
	if got, answer, ok := m.ask(t, there, about("tasks/get", begun.ID)); !ok || got.ended() {
		t.Errorf("read at the other: %+v, %s", got, answer)
	}
	events := m.follow(t, there, begun.ID)
	<-events // the task as it was
	if got, answer, ok := m.ask(t, there, about("tasks/cancel", begun.ID)); !ok || got.Status.State != "canceled" {
		t.Errorf("cancelled at the other: %+v, %s", got, answer)
	}
	var last string
	for event := range events {
		last = event
	}
	if !strings.Contains(last, "canceled") {
		t.Errorf("streamed at the other: %s", last)
	}
	if got, answer, ok := m.ask(t, here, about("tasks/get", begun.ID)); !ok || got.Status.State != "canceled" {
		t.Errorf("read where it began: %+v, %s", got, answer)
	}
	f.sameSecret(t)
}

// follow returns the events of a task as a process streams them.
func (m *member) follow(t *testing.T, p *process, id string) <-chan string {
	t.Helper()
	r, err := m.signBody(p.url, about("tasks/resubscribe", id))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Header
	resp, err := m.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan string)
	go func() {
		defer close(events)
		defer resp.Body.Close()
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
				events <- data
			}
		}
	}()
	return events
}

// sameSecret fails unless all directories have the secret that Hydra knows.
func (f *fleet) sameSecret(t *testing.T) {
	t.Helper()
	var first []byte
	for _, dir := range f.dirs {
		data, err := os.ReadFile(filepath.Join(dir, "oauth_credentials.json"))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(data, first) {
			t.Error("two directories have different secrets")
		}
	}
}
