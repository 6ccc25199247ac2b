package hydra_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a Hydra, faked or real, with what an operator can do to it.
type world struct {
	admin, public string
	client        *http.Client
	wipe          func()
}

func fakeWorld(t *testing.T, o hydratest.Options) (*world, *hydratest.Server) {
	s := hydratest.Start(t, o)
	return &world{admin: s.AdminURL, public: s.PublicURL, client: s.Client(), wipe: s.Wipe}, s
}

func (w *world) config() hydra.Config {
	return hydra.Config{AdminURL: w.admin, PublicURL: w.public, HTTPClient: w.client}
}

// impatient is config with a timeout that a fault without end runs into soon,
// and no other one does on a busy machine.
func (w *world) impatient(f hydratest.Fault) hydra.Config {
	cfg := w.config()
	if cfg.AdminTimeout = time.Minute; f.Hang || f.SlowBody > 0 {
		cfg.AdminTimeout = 100 * time.Millisecond
	}
	return cfg
}

// call sends a request as another program would and decodes the JSON answer.
func (w *world) call(t *testing.T, method, target string, body any) (int, map[string]any) {
	t.Helper()
	var payload, media string
	switch b := body.(type) {
	case url.Values:
		payload, media = b.Encode(), "application/x-www-form-urlencoded"
	case nil:
	default:
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		payload, media = string(data), "application/json"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	decoder := json.NewDecoder(resp.Body)
	decoder.UseNumber()
	_ = decoder.Decode(&answer) // some answers have no body
	return resp.StatusCode, answer
}

// clientURL is the admin URL of a client.
func (w *world) clientURL(d did.DID) string {
	return w.admin + "/admin/clients/" + url.PathEscape(d.String())
}

// registered returns the client document of d.
func (w *world) registered(t *testing.T, d did.DID) map[string]any {
	t.Helper()
	status, doc := w.call(t, http.MethodGet, w.clientURL(d), nil)
	if status != http.StatusOK {
		t.Fatalf("client of %s: status %d", d, status)
	}
	return doc
}

// edit changes the client document of d as another program would.
func (w *world) edit(t *testing.T, d did.DID, change func(map[string]any)) {
	t.Helper()
	doc := w.registered(t, d)
	delete(doc, "jwks")
	change(doc)
	if status, answer := w.call(t, http.MethodPut, w.clientURL(d), doc); status != http.StatusOK {
		t.Fatalf("edit %s: status %d: %v", d, status, answer)
	}
}

// agent is one agent's directory, key and wishes.
type agent struct {
	dir    *safefile.Dir
	wanted hydra.Wanted
}

func newAgent(t *testing.T, name string) *agent {
	t.Helper()
	key := newKey(t)
	d, err := did.FromPublicKey("ops@example.com", name, key)
	if err != nil {
		t.Fatal(err)
	}
	return &agent{dir: newDir(t), wanted: hydra.Wanted{
		DID: d, AgentID: did.AgentIDFromPublicKey(key), AgentURL: "https://agent.example:3773", Name: name,
		PublicKey: key, Audience: []string{"step-ca"}, AccessTokenJWT: true,
	}}
}

// twin is the same DID with another key in another directory.
func (a *agent) twin(t *testing.T) *agent {
	t.Helper()
	other := *a
	other.dir, other.wanted.PublicKey = newDir(t), newKey(t)
	return &other
}

func (a *agent) registrar(cfg hydra.Config, options ...hydra.RegistrarOption) *hydra.Registrar {
	return hydra.NewRegistrar(cfg, a.dir, rand.Reader, options...)
}

func (a *agent) reconcile(t *testing.T, w *world, options ...hydra.RegistrarOption) hydra.Result {
	t.Helper()
	result, err := a.registrar(w.config(), options...).Reconcile(t.Context(), a.wanted)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// secret returns the secret on disk, "" if there is none.
func (a *agent) secret(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(a.dir.Path(), hydra.CredentialsFile))
	if os.IsNotExist(err) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]struct {
		Secret string `json:"client_secret"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file[a.wanted.DID.String()].Secret
}

func newKey(t *testing.T) ed25519.PublicKey {
	t.Helper()
	key, err := did.GenerateKeyPair(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key.PublicKey()
}

func newDir(t *testing.T) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
