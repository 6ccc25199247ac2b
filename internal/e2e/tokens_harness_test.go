package e2e

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/oidctest"
	"github.com/getbindu/bindu-go/internal/probe"
)

const (
	tokenAudience = "https://agents.example"
	didClaim      = "https://agents.example/did"
)

// outsider is a caller without an agent of ours: a key, a name for it, and a
// client at an issuer.
type outsider struct {
	key    *did.KeyPair
	did    did.DID
	client string
}

func newOutsider(t *testing.T, name string) outsider {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := did.FromPublicKey("outside@example.com", name, key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return outsider{key, d, "client-of-" + name}
}

// pin is the setting that makes an agent know the outsider's key.
func (o outsider) pin() string { return o.did.String() + "=" + did.EncodePublicKey(o.key.PublicKey()) }

// claims of a token that opens an agent; nil in changes removes one.
func (o outsider) claims(i *oidctest.Issuer, changes map[string]any) map[string]any {
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": i.URL, "aud": tokenAudience, "sub": o.client, "azp": o.client, didClaim: o.did.String(),
		"scope": "agent:read agent:write", "iat": now, "exp": now + 600,
	}
	for name, v := range changes {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	return claims
}

// proofs of the outsider for a request to callee, with the given token.
func (o outsider) proofs(token string, callee *running) probe.Proofs {
	return probe.Proofs{Token: token, Signer: o.did, Key: o.key, Scheme: signature.JCS1, Audience: callee.DID(), Time: time.Now()}
}

// world is an issuer on a loopback socket and what an agent needs to trust it.
type world struct {
	server *oidctest.Server
	issuer *oidctest.Issuer
	caFile string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{server: oidctest.NewServer(t), caFile: filepath.Join(t.TempDir(), "issuer_ca.pem")}
	w.issuer = w.server.Issuer("", "")
	if err := os.WriteFile(w.caFile, w.server.RootPEM(), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

// settings are those of an agent that takes tokens of the issuer and asks for no Hydra.
func (w *world) settings(t *testing.T, changes map[string]string) map[string]string {
	t.Helper()
	env := map[string]string{
		"AGENT__DIR":     filepath.Join(t.TempDir(), "agent"),
		"MTLS__ENABLED":  "false",
		"AUTH__PROVIDER": "oidc", "AUTH__ISSUERS": w.issuer.URL, "AUTH__ISSUER_CA_FILE": w.caFile,
		"AUTH__AUDIENCE": tokenAudience, "AUTH__DID_CLAIM": didClaim,
	}
	maps.Copy(env, changes)
	return env
}

// ready waits until the agent has the keys of its issuers.
func (r *running) awaitReady() *running {
	r.t.Helper()
	eventually(r.t, patience, "the agent is ready", func() bool { ready, _ := r.readyz(); return ready })
	return r
}

// refusal is what a refused caller sees.
type refusal struct {
	status     int
	challenge  string
	retryAfter string
	body       string
	Error      struct {
		Code int
		Data struct{ Reason, Gate, Hint string }
	}
}

// post sends the request and reads the whole answer.
func post(t *testing.T, r probe.Request) refusal {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	got := refusal{
		status: resp.StatusCode, challenge: resp.Header.Get("WWW-Authenticate"), retryAfter: resp.Header.Get("Retry-After"),
		body: body.String(),
	}
	_ = json.Unmarshal(body.Bytes(), &got) // a result has no error to read
	return got
}

// metric returns the line of a counter or gauge, "" while it does not exist.
func (r *running) metric(prefix string) string {
	r.t.Helper()
	resp, err := http.Get("http://" + r.AdminAddr().String() + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(body.String()) {
		if strings.HasPrefix(line, prefix) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
