package daemon_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// written is a log.
type written struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *written) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *written) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.String(), text)
}

// TestAgentsOfTheReference register at a listener of their own, which shows a certificate
// for a host name; the list alone lets one have a certificate; no log has their token.
func TestAgentsOfTheReference(t *testing.T) {
	w, log := newWorld(t), new(written)
	w.log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	port := freePort(t)
	base := "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	w.set.Registrar.Mode, w.set.Registrar.ReferenceURL, w.set.Network.ReferencePort = settings.EnrolWithToken, settings.HTTPSURL(base), settings.Int(port)
	w.set.Registrar.ReferenceCertFile, w.set.Registrar.ReferenceKeyFile = w.set.Registrar.WebhookCertFile, w.set.Registrar.WebhookKeyFile
	if err := w.set.Validate(); err != nil {
		t.Fatal(err)
	}
	w.run()
	commands := operator.NewClient(string(w.set.Registrar.Dir))
	t.Cleanup(commands.Close)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: w.roots()}}}
	unlisted := registrartest.NewNamedAgent(t, "unlisted")
	for _, a := range []struct {
		registrartest.Agent
		name      string
		certified bool
	}{{w.listed, "reference", true}, {unlisted, "unlisted", false}} {
		made, err := commands.CreateToken(t.Context(), operator.NewToken{Author: "author", Name: a.name, Uses: 1, Lifetime: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		url := base + registrar.PathReference + made.Text + "/admin/clients"
		body, _ := json.Marshal(map[string]any{ // texts cannot fail
			"client_id": a.DID.String(), "client_secret": registrartest.SecretOf("1"), "metadata": map[string]any{"public_key": did.EncodePublicKey(a.Key.PublicKey())},
		})
		if _, err := w.client.Post(url, "application/json", bytes.NewReader(body)); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("without the root: %v", err)
		}
		resp, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusCreated {
			t.Fatalf("%d %s %v", resp.StatusCode, answer, err)
		}
		if _, err := w.enrol(a.Agent, registrartest.SecretOf("1"), nil); (err == nil) != a.certified {
			t.Errorf("%s: %v", a.DID, err)
		}
		if status, _ := w.put(a.Agent, a.Signing(w.daemon.DID(), body, time.Now())); status/100 == 2 {
			t.Error("the port of other agents takes the call")
		}
		if resp, err = client.Get(base + registrar.PathReference + made.Text + "/admin/clients"); err != nil || resp.Body.Close() != nil {
			t.Error(err)
		}
		if log.has(made.Text) {
			t.Error("the log has the token")
		}
	}
	if !log.has(unlisted.DID.String()) {
		t.Error("the log has nothing at all")
	}
}

// roots are the CA's.
func (w *world) roots() *x509.CertPool {
	w.T.Helper()
	ca, err := stepca.New(stepca.Config{
		CAURL: w.CAURL, RootURL: w.CAURL + "/roots.pem", Fingerprint: w.Fingerprint, DID: w.listed.DID, Issuer: w.HydraPublic, Audience: "step-ca",
		Token: w.token(w.listed.DID, ""), HTTPTimeout: wait,
	})
	if err != nil {
		w.Fatal(err)
	}
	all, err := ca.Roots(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	pool := x509.NewCertPool()
	for _, root := range all {
		pool.AddCert(root)
	}
	return pool
}
