package webhook_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

// files are a certificate and its key on disk.
type files struct{ dir string }

func (f files) cert() string { return filepath.Join(f.dir, "webhook_cert.pem") }
func (f files) key() string  { return filepath.Join(f.dir, "webhook_key.pem") }

func (f files) write(t testing.TB, c tls.Certificate) {
	t.Helper()
	var chain []byte
	for _, der := range c.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{f.cert(): chain, f.key(): pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})} {
		if err := errors.Join(os.WriteFile(file+".new", data, 0o600), os.Rename(file+".new", file)); err != nil {
			t.Fatal(err)
		}
	}
}

func serverCertificate(ca *stepcatest.CA, opts ...stepcatest.Option) tls.Certificate {
	return ca.Issue("", "", append([]stepcatest.Option{stepcatest.NoNames(), stepcatest.DNSNames("webhook.test"), stepcatest.ServerOnly()}, opts...)...)
}

// listener is a handler behind TLS, and the roots that it believes.
type listener struct {
	*httptest.Server
	files files
	roots atomic.Pointer[x509.CertPool]
	log   bytes.Buffer
	p     *webhook.Presented
}

func (k *kit) listen() *listener {
	k.Helper()
	l := &listener{files: files{k.TempDir()}}
	l.files.write(k, serverCertificate(k.ca))
	l.roots.Store(k.ca.Pool())
	cfg, p, err := webhook.NewTLS(webhook.TLSConfig{
		CertFile: l.files.cert(), KeyFile: l.files.key(), Host: "webhook.test", Roots: l.roots.Load,
		Logger: slog.New(slog.NewTextHandler(&l.log, nil)),
	})
	if err != nil {
		k.Fatal(err)
	}
	l.p = p
	l.Server = httptest.NewUnstartedServer(k.handler)
	l.Server.TLS, l.Server.EnableHTTP2 = cfg, true
	l.Server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	l.StartTLS()
	k.Cleanup(l.Close)
	return l
}

// ask posts a question as step-ca does.
func (l *listener) ask(t testing.TB, caller *tls.Certificate, roots *x509.CertPool, body string, change ...func(*tls.Config)) (string, *tls.ConnectionState, error) {
	t.Helper()
	cfg := &tls.Config{RootCAs: roots, ServerName: "webhook.test"}
	if caller != nil {
		cfg.Certificates = []tls.Certificate{*caller}
	}
	for _, c := range change {
		c(cfg)
	}
	transport := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.URL+webhook.Path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return string(answer), resp.TLS, err
}

func TestTheListenerLetsNobodyInButTheCA(t *testing.T) {
	k := newKit(t)
	key := newKey(t)
	k.registry.registered[alice], k.registry.announced[alice] = true, sha256.Sum256(key)
	l := k.listen()
	body := question(issuer, alice, key)
	answer, state, err := l.ask(t, &k.caller, k.ca.Pool(), body)
	if err != nil || answer != `{"allow":true}` || state.Version != tls.VersionTLS13 {
		t.Fatalf("the CA is answered %q, %v", answer, err)
	}
	agent := k.ca.Issue(issuer, alice.String())
	if answer, _, err := l.ask(t, &agent, k.ca.Pool(), body); err != nil || !strings.Contains(answer, `"webhook_caller"`) {
		t.Errorf("an agent is answered %q, %v", answer, err)
	}
	foreign := stepcatest.NewCA(t, time.Now).Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames(caHost))
	for name, caller := range map[string]*tls.Certificate{"nobody": nil, "the CA of another root": &foreign} {
		if answer, _, err := l.ask(t, caller, k.ca.Pool(), body); err == nil {
			t.Errorf("%s is answered %q", name, answer)
		}
	}
	if answer, _, err := l.ask(t, &k.caller, k.ca.Pool(), body, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }); err == nil {
		t.Errorf("TLS 1.2 is answered %q", answer)
	}
}

// TestRootsAreThoseOfNow: a root that is gone opens nothing, and no root at all is not
// those of the system.
func TestRootsAreThoseOfNow(t *testing.T) {
	k := newKit(t)
	l := k.listen()
	for name, roots := range map[string]*x509.CertPool{"another": stepcatest.NewCA(t, time.Now).Pool(), "none": nil} {
		l.roots.Store(roots)
		if answer, _, err := l.ask(t, &k.caller, k.ca.Pool(), "{}"); err == nil {
			t.Errorf("%s: the CA is answered %q", name, answer)
		}
	}
	l.roots.Store(k.ca.Pool())
	if _, _, err := l.ask(t, &k.caller, k.ca.Pool(), "{}"); err != nil {
		t.Error(err)
	}
}

// TestTheCertificateFollowsItsFiles: a replaced one is presented, and one that cannot
// be used does not replace another.
func TestTheCertificateFollowsItsFiles(t *testing.T) {
	k := newKit(t)
	l := k.listen()
	presented := func() *x509.Certificate {
		t.Helper()
		_, state, err := l.ask(t, &k.caller, k.ca.Pool(), "{}")
		if err != nil {
			t.Fatal(err)
		}
		return state.PeerCertificates[0]
	}
	first := presented()
	if err := os.WriteFile(l.files.cert(), []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !presented().Equal(first) {
			t.Error("a file that cannot be read replaced the certificate")
		}
	}
	if n := strings.Count(l.log.String(), "the one of before goes on"); n != 1 {
		t.Errorf("it was told %d times: %s", n, l.log.String())
	}
	second := serverCertificate(k.ca, stepcatest.Valid(-time.Hour, 2*time.Hour))
	l.files.write(t, second)
	if !presented().Equal(second.Leaf) || !l.p.NotAfter().Equal(second.Leaf.NotAfter) {
		t.Error("the new certificate is not presented")
	}
	if err := errors.Join(os.Remove(l.files.cert()), os.Remove(l.files.key())); err != nil {
		t.Fatal(err)
	}
	if !presented().Equal(second.Leaf) {
		t.Error("files that are gone took the certificate along")
	}
}

func TestCertificatesThatCannotServe(t *testing.T) {
	ca := stepcatest.NewCA(t, time.Now)
	roots := func() *x509.CertPool { return ca.Pool() }
	for name, opts := range map[string][]stepcatest.Option{
		"no host name":  {stepcatest.NoNames()},
		"an agent's":    {stepcatest.URIs("https://issuer.test#" + alice.String())},
		"for clients":   {stepcatest.ClientOnly()},
		"expired":       {stepcatest.Expired()},
		"not yet valid": {stepcatest.NotYetValid()},
		"a CA's":        {stepcatest.AsCA()},
	} {
		f := files{t.TempDir()}
		f.write(t, serverCertificate(ca, opts...))
		if _, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: f.cert(), KeyFile: f.key(), Host: "webhook.test", Roots: roots}); !errors.Is(err, webhook.ErrCertificate) {
			t.Errorf("%s: %v, want ErrCertificate", name, err)
		}
	}
	f := files{t.TempDir()}
	if _, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: f.cert(), KeyFile: f.key(), Host: "webhook.test", Roots: roots}); !errors.Is(err, webhook.ErrCertificate) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no files: %v", err)
	}
	f.write(t, serverCertificate(ca))
	if _, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: f.cert(), KeyFile: f.key(), Host: "webhook.test"}); err == nil {
		t.Error("without roots it was made")
	}
	if _, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: f.cert(), KeyFile: f.key(), Roots: roots}); err == nil {
		t.Error("without a host it was made")
	}
}

// TestTheCertificateIsForTheWebhooksHost: step-ca would hang up on another, and only its
// log would say why. So does a key that is not the certificate's.
func TestTheCertificateIsForTheWebhooksHost(t *testing.T) {
	ca := stepcatest.NewCA(t, time.Now)
	f := files{t.TempDir()}
	f.write(t, serverCertificate(ca))
	check := func(host string) error {
		_, _, err := webhook.NewTLS(webhook.TLSConfig{CertFile: f.cert(), KeyFile: f.key(), Host: host, Roots: ca.Pool})
		return err
	}
	for _, host := range []string{"registrar", "127.0.0.1", "::1", "a.webhook.test"} {
		if err := check(host); !errors.Is(err, webhook.ErrHost) || !errors.Is(err, webhook.ErrCertificate) || !strings.Contains(err.Error(), "webhook.test") {
			t.Errorf("%s: %v, want ErrHost", host, err)
		}
	}
	if err := check("WEBHOOK.test"); err != nil {
		t.Error(err)
	}
	other := files{t.TempDir()}
	other.write(t, serverCertificate(ca))
	if err := os.Rename(other.key(), f.key()); err != nil {
		t.Fatal(err)
	}
	if err := check("webhook.test"); !errors.Is(err, webhook.ErrCertificate) || errors.Is(err, webhook.ErrHost) {
		t.Errorf("another key: %v", err)
	}
}
