package chaos

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestHostile141NothingSaysASecret starts, calls, provokes refusals and
// failures with the most talkative log, and searches all that comes out.
func TestHostile141NothingSaysASecret(t *testing.T) {
	const password = "correct-horse-battery-staple"
	w := newTown(t)
	minted := w.recordTokens()
	dir := filepath.Join(t.TempDir(), "agent")
	with := map[string]string{
		"AGENT__KEY_PASSWORD": password, "MTLS__CERT_TTL": "2s", "MTLS__RENEW_BEFORE": "1s", "HYDRA__TIMEOUT": "1s",
		"HYDRA__INTROSPECTION_TIMEOUT": "200ms", "LIMITS__DRAIN_TIMEOUT": "1s",
	}
	p := w.spawn(t, dir, with)
	p.untilServing()
	c := w.newCaller(t)
	said := w.provoke(t, p, c)
	argv, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "cmdline"))
	if err != nil {
		t.Fatal(err)
	}
	said += string(argv)
	p.kill()
	spoilt := w.spawn(t, dir, map[string]string{"AGENT__KEY_PASSWORD": "wrong-" + password})
	if spoilt.untilEnded() == 0 {
		t.Error("starts with a wrong password")
	}
	said += p.log.String() + spoilt.log.String()

	if p.name.IsZero() || !strings.Contains(said, p.name.String()) || !strings.Contains(said, "agent_gate_decisions_total") {
		t.Fatal("the search looks in the wrong place")
	}
	secrets := secretsOf(t, dir, p.name, password)
	secrets["the caller's token"], secrets["a foreign token"] = c.token, "not-a-token-but-secret"
	for _, token := range minted() {
		secrets["a token of ours "+token[len(token)-8:]] = token
	}
	if len(secrets) < 10 {
		t.Errorf("only %d secrets to look for", len(secrets))
	}
	if jwt := regexp.MustCompile(`.{0,80}eyJ[A-Za-z0-9_-]{10,}\.`).FindString(said); jwt != "" {
		t.Errorf("a token is in the output: %s", jwt)
	}
	for what, secret := range secrets {
		if len(secret) < 8 {
			t.Errorf("%s is too short to look for", what)
		}
		if at := strings.Index(said, secret); at >= 0 {
			t.Errorf("%s is in the output: …%s", what, said[max(0, at-200):at])
		}
	}
}

// provoke makes the agent talk, and returns what it answered.
func (w *town) provoke(t *testing.T, p *process, c *caller) string {
	t.Helper()
	var said strings.Builder
	config := c.tls(t, p.name)
	send := func(change func(*probe.Request)) {
		r := c.request(t, p.url, "hello")
		change(&r)
		if answer, err := probe.Send(t.Context(), r, config); err == nil {
			said.WriteString(answer.Body)
		} else {
			said.WriteString(err.Error())
		}
	}
	bearer := func(token string) func(*probe.Request) {
		return func(r *probe.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	}
	send(func(*probe.Request) {})
	send(bearer("not-a-token-but-secret"))
	send(func(r *probe.Request) { r.Header.Set("Authorization", "Basic "+c.token) })
	send(func(r *probe.Request) { r.URL += "?access_token=" + c.token })
	send(func(r *probe.Request) { r.Body = []byte(`{"tampered":true}`) })
	send(func(r *probe.Request) { r.Header.Set(signature.HeaderSignature, "x") })
	fresh := w.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String(), Scopes: []string{"agent:read"}})
	send(bearer(fresh))
	for _, f := range []hydratest.Fault{{Status: 500, Body: c.token}, {Hang: true}, {Reset: true}, {Truncate: true}, {Status: 200, Body: `{"active":"` + c.token + `"}`}} {
		w.hydra.Fail(hydratest.Introspect, f)
		send(bearer(w.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String()})))
	}
	w.hydra.Heal(hydratest.Introspect)
	if answer := probe.Refusal(t.Context(), strings.TrimPrefix(p.url, "https://"), &tls.Config{InsecureSkipVerify: true}); answer != nil { //nolint:gosec // to be refused
		said.WriteString(answer.Error())
	}
	failing := p.log.next("certificate renewal failed")
	w.ca.SetFault(stepcatest.EchoToken()) // the CA repeats our token in its refusal
	p.log.await(t, failing)
	w.ca.SetFault(stepcatest.Fault{})
	for _, path := range []string{"/livez", "/readyz", "/metrics", "/debug/pprof/cmdline", "/debug/vars"} {
		said.WriteString(get(t, p.admin+path))
	}
	return said.String()
}

// get returns the body behind an admin URL.
func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// secretsOf returns what nobody outside the directory may learn, in the forms
// in which it might slip out.
func secretsOf(t *testing.T, path string, name did.DID, password string) map[string]string {
	t.Helper()
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := hydra.LoadCredentials(dir, name)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"the key's password": password, "the client secret": credentials.ClientSecret}
	for _, file := range []string{"private.pem", "tls_key.pem"} {
		data, err := os.ReadFile(filepath.Join(path, file))
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(data)
		if block == nil {
			t.Fatalf("%s is no PEM", file)
		}
		der := block.Bytes[len(block.Bytes)-24:] // the front says only what kind of key it is
		secrets[file] = strings.Split(string(data), "\n")[1]
		secrets[file+" in hexadecimal"] = hex.EncodeToString(der)
		secrets[file+" in base64"] = base64.StdEncoding.EncodeToString(der)
		secrets[file+" in base64url"] = base64.RawURLEncoding.EncodeToString(der)
	}
	return secrets
}
