package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/transport/mtls"
)

const (
	poetDID   = "did:bindu:ada_at_example_com:poet:11111111-2222-3333-4444-555555555555"
	criticDID = "did:bindu:ada_at_example_com:critic:66666666-7777-8888-9999-000000000000"
)

// world is a directory that has been served once, its Hydra, its CA, and
// another agent.
type world struct {
	dir    *safefile.Dir
	key    *did.KeyPair
	hydra  *hydratest.Server
	ca     *stepcatest.CA
	critic string // its URL
	pages  atomic.Pointer[pages]
	signer atomic.Pointer[did.KeyPair] // signs what the critic answers, if not nil

	mu       sync.Mutex
	requests []*http.Request
}

// newWorld sets the environment so that a command is the poet, and answers for
// the critic with rpc.
func newWorld(t *testing.T, rpc http.HandlerFunc) *world {
	t.Helper()
	w := &world{hydra: hydratest.Start(t, hydratest.Options{}), ca: stepcatest.NewCA(t, nil)}
	w.makeDirectory(t)
	w.serveCritic(t, rpc)
	t.Chdir(t.TempDir()) // no .env
	for name, value := range map[string]string{
		"AGENT__NAME": "poet", "AGENT__AUTHOR": "ada@example.com", "AGENT__DIR": w.dir.Path(),
		"HYDRA__ADMIN_URL": w.hydra.AdminURL, "HYDRA__PUBLIC_URL": w.hydra.PublicURL,
		"MTLS__CA_URL": "https://127.0.0.1:1", "MTLS__CA_FINGERPRINT": w.ca.Fingerprint(),
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	} {
		t.Setenv(name, value)
	}
	return w
}

func (w *world) makeDirectory(t *testing.T) {
	t.Helper()
	var err error
	if w.dir, err = safefile.OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil); err != nil {
		t.Fatal(err)
	}
	if w.key, err = did.GenerateKeyPair(nil); err != nil {
		t.Fatal(err)
	}
	h, err := home.Open(t.Context(), w.dir.Path())
	must(t, err)
	must(t, h.Record(home.NewIdentity(parseDID(t, poetDID), w.key), nil))
	must(t, h.Close())
	cfg := hydra.Config{AdminURL: w.hydra.AdminURL, PublicURL: w.hydra.PublicURL, HTTPClient: w.hydra.Client()}
	_, err = hydra.NewRegistrar(cfg, w.dir, rand.Reader).Reconcile(t.Context(), hydra.Wanted{
		DID: parseDID(t, poetDID), AgentID: "a", AgentURL: "https://poet", Name: "poet", PublicKey: w.key.PublicKey(),
	})
	must(t, err)
	w.saveCertificate(t, poetDID)
}

func (w *world) saveCertificate(t *testing.T, name string, options ...stepcatest.Option) {
	t.Helper()
	id := &mtls.Identity{Certificate: w.ca.Issue(w.hydra.Issuer(), name, options...), Roots: w.ca.Roots()}
	must(t, mtls.NewDirStore(w.dir, nil).Save(id))
}

func (w *world) serveCritic(t *testing.T, rpc http.HandlerFunc) {
	t.Helper()
	source, err := mtls.NewSource(
		&mtls.Identity{Certificate: w.ca.Issue(w.hydra.Issuer(), criticDID), Roots: w.ca.Roots()},
		mtls.SourceConfig{Issuer: w.hydra.Issuer(), RequireClientCert: true},
	)
	must(t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.describe(rw, r.URL.Path)
			return
		}
		w.mu.Lock()
		w.requests = append(w.requests, r.Clone(t.Context()))
		w.mu.Unlock()
		w.answer(rw, r, rpc)
	}))
	w.pages.Store(&pages{[]byte(`{"name":"critic","supportedInterfaces":[{"url":"https://critic/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],` +
		`"capabilities":{"extensions":[{"uri":"` + criticDID + `"}]}}`), nil})
	server.TLS = source.ServerConfig()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	w.critic = server.URL
}

// taskIn answers a call with a task in the given state.
func taskIn(state, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req struct {
			ID     string
			Params struct {
				Message struct{ Parts []struct{ Text string } }
			}
		}
		if json.NewDecoder(r.Body).Decode(&req) != nil || len(req.Params.Message.Parts) != 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer := strings.ReplaceAll(text, "%", req.Params.Message.Parts[0].Text)
		json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": req.ID, "result": map[string]any{"task": map[string]any{
			"id": "t-1", "contextId": "c-1", "status": map[string]any{"state": state},
			"artifacts": []any{map[string]any{"parts": []any{map[string]any{"text": answer}}}},
		}}})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func parseDID(t *testing.T, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	must(t, err)
	return d
}

// runAgent runs a command line in this process.
func runAgent(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return runAgentIn(t.Context(), stdin, args...)
}

// runAgentIn runs it until ctx ends.
func runAgentIn(ctx context.Context, stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errOut bytes.Buffer
	code = run(ctx, args, strings.NewReader(stdin), &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestCall(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "I read %"))
	before := snapshot(t, w.dir.Path())
	// The running agent holds the lock; a call does not need it.
	lock, err := w.dir.Lock()
	must(t, err)
	defer lock.Release()

	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet")
	if code != cli.ExitOK || out != "I read a sonnet\n" || !strings.Contains(errOut, criticDID) || !strings.HasSuffix(errOut, "\ncard: not signed\n") {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
	code, out, errOut = runAgent(t, "an ode", "call", w.critic, "-", "--did", criticDID)
	if code != cli.ExitOK || out != "I read an ode\n" || errOut != "" {
		t.Errorf("from standard input: exit %d, %q, %q", code, out, errOut)
	}
	for _, r := range w.requests {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || r.Header.Get(signature.HeaderDID) != poetDID || r.Header.Get(signature.HeaderSignature) == "" {
			t.Errorf("a proof is missing: %v", r.Header)
		}
	}
	if after := snapshot(t, w.dir.Path()); !maps.Equal(before, after) {
		t.Errorf("the directory was changed: %v, %v", before, after)
	}
}

// snapshot is every file but the lock with its content.
func snapshot(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	must(t, err)
	files := map[string]string{}
	for _, e := range entries {
		if e.Name() == "agent.lock" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(path, e.Name()))
		must(t, err)
		files[e.Name()] = string(data)
	}
	return files
}

func TestCallPrintsJSON(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "<%> \x1b[2J"))
	code, out, _ := runAgent(t, "", "call", w.critic, "hi", "--json")
	var o outcome
	if err := json.Unmarshal([]byte(out), &o); err != nil || code != cli.ExitOK {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if o.DID != criticDID || o.Protocol != "1.0" || o.TaskID != "t-1" || o.ContextID != "c-1" || o.State != "completed" || o.Text != "<hi> \x1b[2J" || len(o.Reply) == 0 || o.Error != nil {
		t.Errorf("%+v", o)
	}
}

func TestCallShowsNoControlSequences(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "a\x1b[2J\r\u202eb\n\tc 👩‍🚀"))
	if _, out, _ := runAgent(t, "", "call", w.critic, "hi"); out != "a\ufffd[2J\ufffd\ufffdb\n\tc 👩‍🚀\n" {
		t.Errorf("%q", out)
	}
}

// Another agent at the address: nothing is sent, and both names are told.
func TestCallPinsTheDID(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "%"))
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi", "--did", poetDID)
	if code != cli.ExitFailed || out != "" || len(w.requests) != 0 {
		t.Errorf("exit %d, %q, %d requests", code, out, len(w.requests))
	}
	for _, want := range []string{"error [peer_did_mismatch]", poetDID, criticDID, "hint: nothing was sent"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is missing in %q", want, errOut)
		}
	}
}

func TestCallShowsARefusal(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-31403,"message":"Insufficient permissions","data":{"reason":"scope_insufficient","gate":"scope","requestId":"r-1","hint":"Ask for \u001b[1magent:write."}}}`)
	})
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi", "--json")
	var o outcome
	if err := json.Unmarshal([]byte(out), &o); err != nil || code != cli.ExitFailed || o.Error == nil {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	want := outcomeError{Reason: "scope_insufficient", Message: o.Error.Message, Hint: "Ask for \ufffd[1magent:write.", Status: 403, Code: -31403, Gate: "scope", RequestID: "r-1"}
	if *o.Error != want {
		t.Errorf("%+v", *o.Error)
	}
	if !strings.Contains(errOut, "error [scope_insufficient]: ") || !strings.Contains(errOut, "gate scope") || !strings.Contains(errOut, "hint: Ask for") || strings.Contains(errOut, "\x1b") {
		t.Errorf("%q", errOut)
	}
}

func TestCallOfATaskThatFails(t *testing.T) {
	w := newWorld(t, replies(`{"id":"t-1","status":{"state":"TASK_STATE_FAILED","message":{"parts":[{"text":"out of ink"}]}}}`))
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi")
	if code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "error [task_failed]") || !strings.Contains(errOut, "out of ink") {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
}

func TestCallOfATaskThatWaits(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_INPUT_REQUIRED", "which ink?"))
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi")
	if code != cli.ExitOK || out != "which ink?\n" || !strings.Contains(errOut, "TEXT --task t-1 --context c-1") {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
}

func TestCallGivesUp(t *testing.T) {
	w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // so that the server notices when we hang up
		<-r.Context().Done()
	})
	code, _, errOut := runAgent(t, "", "call", w.critic, "hi", "--timeout", "300ms")
	if code != cli.ExitFailed || !strings.Contains(errOut, "error [timeout]") {
		t.Errorf("exit %d, %q", code, errOut)
	}
}

func TestCallWithTheWrongSecret(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "%"))
	c, err := hydra.LoadCredentials(w.dir, parseDID(t, poetDID))
	must(t, err)
	c.ClientSecret = "hunter2-hunter2-hunter2"
	must(t, hydra.SaveCredentials(w.dir, c))
	code, _, errOut := runAgent(t, "", "call", w.critic, "hi")
	if code != cli.ExitFailed || !strings.Contains(errOut, "error [secret_rejected]") || strings.Contains(errOut, "hunter2") {
		t.Errorf("exit %d, %q", code, errOut)
	}
}

func TestCert(t *testing.T) {
	w := newWorld(t, taskIn("", ""))
	code, out, errOut := runAgent(t, "", "cert")
	if code != cli.ExitOK || errOut != "" {
		t.Fatalf("exit %d, %q", code, errOut)
	}
	for _, want := range []string{poetDID, w.hydra.Issuer(), "Test Intermediate CA", "usable       yes"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %s", want, out)
		}
	}
	if _, out, _ := runAgent(t, "", "cert", "--pem"); out != snapshot(t, w.dir.Path())["tls_cert.pem"] {
		t.Errorf("not the file: %q", out)
	}
	var c certificate
	if _, out, _ := runAgent(t, "", "cert", "--json"); json.Unmarshal([]byte(out), &c) != nil || !c.Usable || c.DID != poetDID {
		t.Errorf("%+v: %s", c, out)
	}
}

func TestCertThatCannotBeUsed(t *testing.T) {
	for name, test := range map[string]struct {
		did     string
		options []stepcatest.Option
		env     map[string]string
		want    string
	}{
		"expired":            {poetDID, []stepcatest.Option{stepcatest.Valid(-2*time.Hour, -time.Hour)}, nil, "expired"},
		"of another agent":   {criticDID, nil, nil, criticDID},
		"of another issuer":  {poetDID, nil, map[string]string{"MTLS__DID_ISSUER": "https://hydra.example"}, "another issuer"},
		"not valid just yet": {poetDID, []stepcatest.Option{stepcatest.Valid(time.Hour, 2*time.Hour)}, nil, "not yet valid"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, taskIn("", ""))
			w.saveCertificate(t, test.did, test.options...)
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			code, out, errOut := runAgent(t, "", "cert")
			if code != cli.ExitFailed || !strings.Contains(out, "usable       no") || !strings.Contains(errOut, "error [certificate_unusable]") || !strings.Contains(errOut, test.want) {
				t.Errorf("exit %d, %q, %q", code, out, errOut)
			}
		})
	}
}

func TestHostile136ServeInADirectoryInUse(t *testing.T) {
	w := newWorld(t, taskIn("", ""))
	lock, err := w.dir.Lock()
	must(t, err)
	defer lock.Release()
	// An agent that does start would serve until it is stopped.
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	code, _, errOut := runAgentIn(ctx, "", "serve")
	if code != cli.ExitFailed || !strings.Contains(errOut, "error [already_running]") || !strings.Contains(errOut, w.dir.Path()) {
		t.Errorf("exit %d, %q", code, errOut)
	}
}
