package stepca

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/smallstep/certificates/authority/config"
	"github.com/smallstep/certificates/authority/provisioner"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

func newService(t *testing.T) *Service {
	t.Helper()
	dir, err := state.Open(filepath.Join(t.TempDir(), "step-ca"))
	if err != nil {
		t.Fatal(err)
	}
	return &Service{
		Dir: dir, Address: "127.0.0.1:0", Issuer: "http://127.0.0.1:4444", WithoutHydra: true,
		Durations: Durations{Min: time.Second, Default: time.Hour, Max: 24 * time.Hour},
	}
}

func readCertificate(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestPrepareMakesAChainOfTwoOnce(t *testing.T) {
	s := newService(t)
	if s.Exists() {
		t.Error("the CA exists before it was made")
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	root, intermediate := readCertificate(t, s.Dir.Path(rootFile)), readCertificate(t, s.Dir.Path(intermediateFile))
	roots := x509.NewCertPool()
	roots.AddCert(root)
	if _, err := intermediate.Verify(x509.VerifyOptions{Roots: roots}); err != nil {
		t.Errorf("the intermediate does not verify: %v", err)
	}
	if !intermediate.MaxPathLenZero || root.MaxPathLen != 1 {
		t.Errorf("path lengths: root %d, intermediate %d", root.MaxPathLen, intermediate.MaxPathLen)
	}
	sum := sha256.Sum256(root.Raw)
	if got, err := s.Fingerprint(); err != nil || got != hex.EncodeToString(sum[:]) {
		t.Errorf("fingerprint %q, %v", got, err)
	}
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !readCertificate(t, s.Dir.Path(rootFile)).Equal(root) {
		t.Error("the second call made another root")
	}
}

func TestOnlyTheOwnerReadsTheKeyAndTheRootKeyIsNotKept(t *testing.T) {
	s := newService(t)
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(s.Dir.Path())
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, e := range entries {
		data, err := os.ReadFile(s.Dir.Path(e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		keys += strings.Count(string(data), "PRIVATE KEY") / 2
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v; want 0600", e.Name(), info.Mode(), err)
		}
	}
	if keys != 1 {
		t.Errorf("%d private keys on disk, want that of the intermediate alone", keys)
	}
}

// TestConfigurationIsOneThatStepCAAccepts loads the file with step-ca's own reader.
func TestConfigurationIsOneThatStepCAAccepts(t *testing.T) {
	s := newService(t)
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.LoadConfiguration(s.Dir.Path(configFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(); err != nil {
		t.Errorf("step-ca refuses it: %v", err)
	}
	p, ok := loaded.AuthorityConfig.Provisioners[0].(*provisioner.OIDC)
	if !ok || len(loaded.AuthorityConfig.Provisioners) != 1 {
		t.Fatalf("provisioners %v, want one of type OIDC", loaded.AuthorityConfig.Provisioners)
	}
	if p.Name != "hydra" || p.ClientID != "step-ca" || p.ConfigurationEndpoint != "http://127.0.0.1:4444/.well-known/openid-configuration" {
		t.Errorf("provisioner %s, client %s, at %s", p.Name, p.ClientID, p.ConfigurationEndpoint)
	}
	if p.Options != nil {
		t.Errorf("options %+v without a webhook", p.Options)
	}
	if c := p.Claims; !*c.DisableRenewal || c.MinTLSDur.Duration != time.Second || c.DefaultTLSDur.Duration != time.Hour {
		t.Errorf("claims %+v", c)
	}
}

// TestWebhookHasACertificateOfTheCAForItsHost shows what step-ca asks for when it asks
// the webhook: a chain to its own root, for the host of the URL.
func TestWebhookHasACertificateOfTheCAForItsHost(t *testing.T) {
	for url, host := range map[string]string{
		"https://127.0.0.1:3780/step-ca/authorize": "127.0.0.1", "https://registrar:3780/step-ca/authorize": "registrar",
	} {
		s := withWebhook(t, url)
		if err := s.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		pair, err := tls.LoadX509KeyPair(s.WebhookDir.Path(webhookCertFile), s.WebhookDir.Path(webhookKeyFile))
		if err != nil {
			t.Fatal(err)
		}
		roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(readCertificate(t, s.Dir.Path(rootFile)))
		intermediates.AddCert(readCertificate(t, s.Dir.Path(intermediateFile)))
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: intermediates}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if slices.Contains(pair.Leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
			t.Error("it serves clients too, so that step-ca would renew it without a question")
		}
		for _, file := range []string{webhookCertFile, webhookKeyFile} {
			if info, err := os.Stat(s.WebhookDir.Path(file)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: mode %v, %v; want 0600", file, info.Mode(), err)
			}
		}
	}
}

func TestConfigurationNamesTheWebhook(t *testing.T) {
	const url = "https://127.0.0.1:3780/step-ca/authorize"
	s := withWebhook(t, url)
	if err := s.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	loaded, err := config.LoadConfiguration(s.Dir.Path(configFile))
	if err != nil {
		t.Fatal(err)
	}
	p := loaded.AuthorityConfig.Provisioners[0].(*provisioner.OIDC)
	if len(p.Options.Webhooks) != 1 {
		t.Fatalf("webhooks %v", p.Options.Webhooks)
	}
	w := p.Options.Webhooks[0]
	if err := w.Validate(); err != nil || w.URL != url || w.Kind != "AUTHORIZING" || w.CertType != "X509" || w.DisableTLSClientAuth {
		t.Errorf("webhook %+v, %v", w, err)
	}
}

func withWebhook(t *testing.T, url string) *Service {
	t.Helper()
	s := newService(t)
	dir, err := state.Open(filepath.Join(t.TempDir(), "registrar"))
	if err != nil {
		t.Fatal(err)
	}
	s.Webhook, s.WebhookDir = url, dir
	return s
}

func TestPrepareTellsOfAForeignListener(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	s := newService(t)
	s.Address = ln.Addr().String()
	if err := s.Prepare(t.Context()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error %v, want EADDRINUSE", err)
	}
}

func TestPrepareWaitsForHydra(t *testing.T) {
	asked := 0
	hydra := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("{}"))
	}))
	defer hydra.Close()
	s := newService(t)
	s.WithoutHydra, s.Issuer = false, hydra.URL
	if err := s.Prepare(t.Context()); err != nil || asked != 3 {
		t.Errorf("error %v after %d questions, want none after 3", err, asked)
	}
}

func TestPrepareGivesUpOnHydraWhenTimeIsUp(t *testing.T) {
	s := newService(t)
	s.WithoutHydra, s.Issuer = false, "http://127.0.0.1:1"
	ctx, cancel := context.WithCancelCause(t.Context())
	up := errors.New("time is up")
	cancel(up)
	if err := s.Prepare(ctx); err == nil {
		t.Error("Prepare returned as if Hydra answered")
	}
}

func TestReadyNeedsAnInitializedProvisioner(t *testing.T) {
	for _, test := range []struct {
		name, provisioners string
		withoutHydra       bool
		want               error
	}{
		{name: "initialized", provisioners: `{"provisioners":[{"name":"hydra"}]}`},
		{name: "dead", provisioners: `{"provisioners":[{"name":"hydra","state":"Uninitialized"}]}`, want: ErrProvisioner},
		{name: "dead on purpose", provisioners: `{"provisioners":[{"name":"hydra","state":"Uninitialized"}]}`, withoutHydra: true},
		{name: "absent", provisioners: `{"provisioners":[]}`, want: ErrProvisioner},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newService(t)
			s.WithoutHydra = test.withoutHydra
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/health" {
					w.Write([]byte(`{"status":"ok"}`))
					return
				}
				w.Write([]byte(test.provisioners))
			}))
			defer server.Close()
			s.Address = strings.TrimPrefix(server.URL, "https://")
			certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			if err := s.Dir.Write(rootFile, certificate); err != nil {
				t.Fatal(err)
			}
			if err := s.Ready(t.Context()); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestWipeForgetsTheRoot(t *testing.T) {
	s := newService(t)
	if err := errors.Join(s.Prepare(t.Context()), s.Wipe()); err != nil {
		t.Fatal(err)
	}
	if s.Exists() {
		t.Error("the root is still there")
	}
}
