package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/certificates/api"
	"github.com/smallstep/certificates/ca"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/dev/authority/internal/gobuild"
	"github.com/getbindu/bindu-go/dev/authority/internal/state"
	"github.com/getbindu/bindu-go/dev/authority/internal/stepca"
)

// TestMain lets the test program become step-ca, as the real one does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == stepca.ServeCommand {
		if err := stepca.Main(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // step-ca's packages start goroutines when they are loaded
}

const (
	did    = "did:bindu:author:agent:5f0e5fb5-1d3e-4a25-9dc9-5b0a4a6f3f6b"
	secret = "a secret of thirty-two characters"
)

// TestAgentGetsACertificate walks the way of an agent through the real programs: register, token, certificate, and
// again after a restart.
func TestAgentGetsACertificate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	first := start(t, dir, "--without-registrar")
	register(t, first.env)
	leaf := enrol(t, first.env)
	wantSAN := first.env["HYDRA__PUBLIC_URL"] + "#" + did
	if len(leaf.URIs) != 1 || leaf.URIs[0].String() != wantSAN {
		t.Errorf("URI SANs %v, want %s alone", leaf.URIs, wantSAN)
	}
	if life := time.Until(leaf.NotAfter); life > 5*time.Second {
		t.Errorf("the certificate lives for %s, want at most the 5s asked for", life)
	}
	first.stop()

	second := start(t, dir, "--without-registrar")
	defer second.stop()
	for name, value := range first.env {
		if second.env[name] != value {
			t.Errorf("after the restart %s=%s, before it was %s", name, second.env[name], value)
		}
	}
	enrol(t, second.env) // with the client that was registered before the restart
}

// TestTokensAreJWTsUnlessTheClientAsksForOthers shows that an agent which says
// nothing about its tokens, as those of the reference, gets what step-ca takes.
func TestTokensAreJWTsUnlessTheClientAsksForOthers(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "authority"), "--without-registrar")
	defer a.stop()
	for id, strategy := range map[string]string{"silent": "", "opaque": `"access_token_strategy":"opaque",`} {
		post(t, a.env["HYDRA__ADMIN_URL"]+"/admin/clients", "application/json",
			`{"client_id":"`+id+`","client_secret":"`+secret+`",`+strategy+`"grant_types":["client_credentials"],"audience":["step-ca"],"token_endpoint_auth_method":"client_secret_post"}`, http.StatusCreated, nil)
		if jwt := strings.Count(token(t, a.env, id), ".") == 2; jwt != (strategy == "") {
			t.Errorf("%s: a JWT: %t", id, jwt)
		}
	}
}

func TestSecondAuthorityInTheSameDirectoryIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	a := start(t, dir, "--without-registrar")
	defer a.stop()
	o := testOptions(t, dir, "--without-registrar")
	o.command = "wipe-hydra"
	if err := execute(t.Context(), o, nil, &bytes.Buffer{}, &bytes.Buffer{}); !errors.Is(err, state.ErrLocked) {
		t.Errorf("wiping a running Hydra: %v, want ErrLocked", err)
	}
	o.command = ""
	if err := execute(t.Context(), o, nil, &bytes.Buffer{}, &bytes.Buffer{}); !errors.Is(err, state.ErrLocked) {
		t.Errorf("a second start: %v, want ErrLocked", err)
	}
}

type running struct {
	env  map[string]string
	stop func()
}

func testOptions(t *testing.T, dir string, more ...string) options {
	t.Helper()
	args := []string{"--dir", dir, "--hydra-public", "127.0.0.1:0", "--hydra-admin", "127.0.0.1:0", "--step-ca", "127.0.0.1:0"}
	args = append(args, more...)
	if bin := os.Getenv("AUTHORITY_BIN"); bin != "" {
		args = append(args, "--bin", bin)
	}
	o, err := parseOptions(args, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// announcement closes ready when the authority says that it is.
type announcement struct{ ready chan struct{} }

func (a announcement) Write(data []byte) (int, error) {
	if string(data) == "authority ready\n" {
		close(a.ready)
	}
	return len(data), nil
}

func start(t *testing.T, dir string, more ...string) running {
	t.Helper()
	o := testOptions(t, dir, more...)
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- execute(ctx, o, nil, announcement{ready}, os.Stderr) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		if errors.Is(err, gobuild.ErrNoCompiler) && os.Getenv("CI") != "true" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	return running{env: readEnvironment(t, dir), stop: func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the authority ended with %v", err)
		}
	}}
}

func readEnvironment(t *testing.T, dir string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, environmentFile))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		env[name] = value
	}
	return env
}

func register(t *testing.T, env map[string]string) {
	t.Helper()
	document, err := json.Marshal(map[string]any{
		"client_id": did, "client_secret": secret, "grant_types": []string{"client_credentials"},
		"audience": []string{"step-ca"}, "access_token_strategy": "jwt", "token_endpoint_auth_method": "client_secret_post",
	})
	if err != nil {
		t.Fatal(err)
	}
	post(t, env["HYDRA__ADMIN_URL"]+"/admin/clients", "application/json", string(document), http.StatusCreated, nil)
}

func token(t *testing.T, env map[string]string, client string) string {
	t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "audience": {"step-ca"}, "client_id": {client}, "client_secret": {secret},
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	post(t, env["HYDRA__PUBLIC_URL"]+"/oauth2/token", "application/x-www-form-urlencoded", form.Encode(), http.StatusOK, &answer)
	return answer.AccessToken
}

func post(t *testing.T, url, contentType, body string, want int, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		t.Fatalf("POST %s: %s, want %d", url, resp.Status, want)
	}
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
}

// enrol trades a fresh token for a certificate, trusting the CA by the announced fingerprint alone.
func enrol(t *testing.T, env map[string]string) *x509.Certificate {
	t.Helper()
	answer, err := ask(t, env)
	if err != nil {
		t.Fatal(err)
	}
	chain := answer.CertChainPEM
	if len(chain) != 2 || !slices.Contains(chain[0].ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
		t.Fatalf("a chain of %d, want leaf and intermediate for client authentication", len(chain))
	}
	return chain[0].Certificate
}

// ask is what enrol asks for.
func ask(t *testing.T, env map[string]string) (*api.SignResponse, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	client, err := ca.NewClient(env["MTLS__CA_URL"], ca.WithRootSHA256(env["MTLS__CA_FINGERPRINT"]))
	if err != nil {
		t.Fatal(err)
	}
	return client.Sign(&api.SignRequest{
		CsrPEM: api.NewCertificateRequest(csr), OTT: token(t, env, did), NotAfter: api.NewTimeDuration(time.Now().Add(5 * time.Second)),
	})
}
