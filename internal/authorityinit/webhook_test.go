package authorityinit_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authorityinit"
	"github.com/getbindu/bindu-go/internal/safefile"
)

const year = 365 * 24 * time.Hour

func initWebhook(t *testing.T, dir, host string, now time.Time) map[string]string {
	t.Helper()
	if err := errors.Join(authorityinit.Init(dir, now), authorityinit.InitWebhook(dir, host, now)); err != nil {
		t.Fatal(err)
	}
	return snapshot(t, dir)
}

func TestInitWebhookMakesWhatStepCAAccepts(t *testing.T) {
	for _, host := range []string{"registrar", "registrar.example.com", "127.0.0.1"} {
		now := time.Now()
		files := initWebhook(t, t.TempDir(), host, now)
		pair, err := tls.X509KeyPair([]byte(files["registrar/webhook_cert.pem"]), []byte(files["registrar/webhook_key.pem"]))
		if err != nil {
			t.Fatal(err)
		}
		roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(files["trust/root_ca.crt"]))
		for _, der := range pair.Certificate[1:] {
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			intermediates.AddCert(cert)
		}
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: intermediates}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if slices.Contains(pair.Leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth) {
			t.Errorf("%s: it serves clients too, so that step-ca would renew it without a question", host)
		}
	}
}

// TestInitWebhookReplacesWhatDoesNotServe: and keeps all else.
func TestInitWebhookReplacesWhatDoesNotServe(t *testing.T) {
	now := time.Now()
	for name, tt := range map[string]struct {
		host     string
		after    time.Duration
		spoil    func(t *testing.T, dir string)
		replaced bool
	}{
		"good":          {"registrar", year * 2 / 3 / 2, nil, false},
		"soon expired":  {"registrar", year * 3 / 4, nil, true},
		"another host":  {"other", 0, nil, true},
		"another CA":    {"registrar", 0, func(t *testing.T, dir string) { remove(t, dir, "step-ca/root_ca.crt") }, true},
		"half of a run": {"registrar", 0, func(t *testing.T, dir string) { remove(t, dir, "registrar/webhook_cert.pem") }, true},
		"no key":        {"registrar", 0, func(t *testing.T, dir string) { remove(t, dir, "registrar/webhook_key.pem") }, true},
		"halves of two": {"registrar", 0, func(t *testing.T, dir string) {
			other := initWebhook(t, t.TempDir(), "registrar", now)
			if err := os.WriteFile(filepath.Join(dir, "registrar/webhook_key.pem"), []byte(other["registrar/webhook_key.pem"]), 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			before := initWebhook(t, dir, "registrar", now)
			if tt.spoil != nil {
				tt.spoil(t, dir)
			}
			after := initWebhook(t, dir, tt.host, now.Add(tt.after))
			if replaced := before["registrar/webhook_cert.pem"] != after["registrar/webhook_cert.pem"]; replaced != tt.replaced {
				t.Errorf("replaced: %t, want %t", replaced, tt.replaced)
			}
			if _, err := tls.X509KeyPair([]byte(after["registrar/webhook_cert.pem"]), []byte(after["registrar/webhook_key.pem"])); err != nil {
				t.Error(err)
			}
		})
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestInitWebhookRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := authorityinit.InitWebhook(dir, "registrar", time.Now()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("before there is a CA: %v", err)
	}
	initWebhook(t, dir, "registrar", time.Now())
	for _, host := range []string{"", "registrar:3780", "https://registrar", "a b", "*.example.com"} {
		if err := authorityinit.InitWebhook(dir, host, time.Now()); !errors.Is(err, authorityinit.ErrHost) {
			t.Errorf("host %q: %v, want ErrHost", host, err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, authorityinit.RegistrarDir, authorityinit.WebhookKeyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := authorityinit.InitWebhook(dir, "registrar", time.Now()); !errors.Is(err, safefile.ErrInsecurePermissions) {
		t.Errorf("a key that others could read: %v, want ErrInsecurePermissions", err)
	}
}
