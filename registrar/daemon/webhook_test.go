package daemon_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar/daemon"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/registrar/registrartest"
	"github.com/getbindu/bindu-go/registrar/webhook"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestMain checks for leaked goroutines. One is started by the mere import of
// smallstep's client (through its database drivers).
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// wait bounds every wait for something that really happens elsewhere.
const wait = time.Minute

// world is a registrar over the real Hydra and the real step-ca, which asks it.
type world struct {
	*testing.T
	*authoritytest.Authority
	daemon           *daemon.Daemon
	stop             func() // ends the registrar
	set              settings.RegistrarSettings
	unlisted, listed registrartest.Agent
	client           *http.Client
	log              *slog.Logger // nil for the usual one
}

func freePort(t *testing.T) int {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

func startWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.run()
	return w
}

// newWorld is startWorld before the registrar runs.
func newWorld(t *testing.T) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("needs the real Hydra and step-ca")
	}
	port := freePort(t)
	hook := "https://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) + webhook.Path
	w := &world{
		T: t, Authority: authoritytest.Start(t, authoritytest.Options{Webhook: hook}), client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		unlisted: registrartest.NewAgent(t, "alice"), listed: registrartest.NewNamedAgent(t, "reference"),
	}
	set := settings.DefaultRegistrar()
	set.Registrar.Author, set.Registrar.Mode = "ops@example.com", settings.EnrolAll
	set.Registrar.Dir = settings.Path(filepath.Join(t.TempDir(), "registrar"))
	set.Network.Port, set.Network.AdminPort, set.Registrar.CompareInterval = 0, 0, settings.Duration(time.Second)
	set.Hydra.AdminURL, set.Hydra.PublicURL = settings.URL(w.HydraAdmin), settings.URL(w.HydraPublic)
	set.MTLS.CAURL, set.MTLS.CAFingerprint = settings.HTTPSURL(w.CAURL), settings.Fingerprints(w.Fingerprint)
	certificate, key := w.WebhookFiles()
	set.Registrar.WebhookURL, set.Network.WebhookPort = settings.HTTPSURL(hook), settings.Int(port)
	set.Registrar.WebhookCertFile, set.Registrar.WebhookKeyFile = settings.Path(certificate), settings.Path(key)
	set.Registrar.UnannouncedDIDs = settings.DIDs{w.listed.DID.String()}
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	w.set = set
	return w
}

// run runs the registrar until the test ends.
func (w *world) run() {
	w.T.Helper()
	d, err := daemon.New(daemon.Options{Settings: w.set, Logger: w.log})
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("the registrar ended with %v", err)
		}
	})
	w.Cleanup(w.stop)
	select {
	case <-d.Serving():
	case err := <-ended:
		ended <- err
		w.Fatal(err)
	case <-time.After(wait):
		w.Fatal("the registrar does not serve")
	}
	w.daemon = d
}

// put sends a signed request to the registrar, whose name is compared and no host.
func (w *world) put(a registrartest.Agent, r signature.Request) (int, string) {
	w.T.Helper()
	signed := a.Sign(w, r)
	req, err := http.NewRequestWithContext(context.WithoutCancel(w.Context()), r.Method, "https://"+w.daemon.Addr().String()+r.Target, bytes.NewReader(r.Body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header = signed.Header
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // the root is compared below
		VerifyConnection: func(cs tls.ConnectionState) error {
			got, err := mtls.PeerDID(&cs, w.HydraPublic)
			if err == nil && got != w.daemon.DID() {
				err = fmt.Errorf("the registrar's certificate is of %s", got)
			}
			return err
		},
	}}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func (w *world) register(a registrartest.Agent) {
	w.T.Helper()
	body := a.Body(registrartest.SecretOf("1")).JSON()
	if status, answer := w.put(a, a.Signing(w.daemon.DID(), body, time.Now())); status/100 != 2 {
		w.Fatalf("registration: %d %s", status, answer)
	}
}

// token is what Hydra gives for a secret, whoever has it.
func (w *world) token(d did.DID, secret string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		resp, err := w.client.PostForm(w.HydraPublic+"/oauth2/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {secret}, "audience": {"step-ca"},
		})
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		return answer.AccessToken, json.NewDecoder(resp.Body).Decode(&answer)
	}
}

// enrol asks step-ca for a certificate as an agent does.
func (w *world) enrol(a registrartest.Agent, secret string, announce func(context.Context, crypto.PublicKey) error) (*mtls.Identity, error) {
	w.T.Helper()
	client, err := stepca.New(stepca.Config{
		CAURL: w.CAURL, RootURL: w.CAURL + "/roots.pem", Fingerprint: w.Fingerprint, DID: a.DID, Issuer: w.HydraPublic, Audience: "step-ca",
		Token: w.token(a.DID, secret), Announce: announce, HTTPTimeout: wait,
	})
	if err != nil {
		w.Fatal(err)
	}
	return client.Enrol(w.Context())
}

// announce is what an agent does before it asks.
func (w *world) announce(a registrartest.Agent) func(context.Context, crypto.PublicKey) error {
	return func(_ context.Context, key crypto.PublicKey) error {
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			return err
		}
		if status, answer := w.put(a, a.Announcement(w.daemon.DID(), sha256.Sum256(der), time.Now())); status != http.StatusNoContent {
			return fmt.Errorf("announcement: %d %s", status, answer)
		}
		return nil
	}
}

func (w *world) wantRefused(what string, err error) {
	w.T.Helper()
	if !errors.Is(err, mtls.ErrWebhook) {
		w.Errorf("%s: %v, want ErrWebhook", what, err)
	}
}

// admin reads a page of the admin port.
func (w *world) admin(path string) string {
	w.T.Helper()
	resp, err := w.client.Get("http://" + w.daemon.AdminAddr().String() + path)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return string(body)
}

// TestCertificatesByTheRegistrarsWord: the whole way of an agent, and of a thief who has
// everything that Hydra can give. The registrar's own certificate, with which it
// serves all this, was asked about at its own webhook.
func TestCertificatesByTheRegistrarsWord(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	alice, secret := w.unlisted, registrartest.SecretOf("1")
	w.register(alice)
	_, err := w.enrol(alice, secret, nil)
	w.wantRefused("a token alone", err)
	id, err := w.enrol(alice, secret, w.announce(alice))
	if err != nil {
		t.Fatal(err)
	}
	if err := id.Verify(alice.DID, w.HydraPublic, time.Now()); err != nil {
		t.Error(err)
	}

	thief := registrartest.Agent{DID: alice.DID, Key: registrartest.NewKey(t, "thief")}
	_, err = w.enrol(thief, secret, w.announce(thief))
	if !errors.Is(err, mtls.ErrAnnouncement) {
		t.Errorf("a thief announces: %v", err)
	}
	bob := registrartest.NewAgent(t, "bob")
	w.register(bob)
	_, err = w.enrol(thief, secret, w.announce(bob))
	w.wantRefused("a thief who announces as itself", err)

	w.hydraClient(w.listed.DID)
	if _, err := w.enrol(w.listed, "a-secret-for-tests-only", nil); err != nil {
		t.Errorf("listed: %v", err)
	}

	op := operator.NewClient(string(w.set.Registrar.Dir))
	defer op.Close()
	token, err := w.token(alice.DID, secret)(t.Context()) // it outlives the client
	if err != nil {
		t.Fatal(err)
	}
	if _, err := op.Revoke(t.Context(), alice.DID.String(), ""); err != nil {
		t.Fatal(err)
	}
	if err := w.announce(alice)(t.Context(), id.Leaf().PublicKey); err == nil || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("who is revoked announces: %v", err)
	}
	w.wantNoCertificate(alice, token)
	metrics := w.admin("/metrics")
	for _, line := range []string{
		`registrar_certificates_total{decision="allowed",reason="own"} 1`, `registrar_certificates_total{decision="allowed",reason="announced"} 1`,
		`registrar_certificates_total{decision="allowed",reason="listed"} 1`, `registrar_certificates_total{decision="refused",reason="revoked"} 1`,
		`registrar_certificates_total{decision="refused",reason="tls_key_not_announced"} 2`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

// wantNoCertificate asks with a token that was had before.
func (w *world) wantNoCertificate(a registrartest.Agent, token string) {
	w.T.Helper()
	client, err := stepca.New(stepca.Config{
		CAURL: w.CAURL, RootURL: w.CAURL + "/roots.pem", Fingerprint: w.Fingerprint, DID: a.DID, Issuer: w.HydraPublic, Audience: "step-ca",
		Token: func(context.Context) (string, error) { return token, nil }, HTTPTimeout: wait,
	})
	if err != nil {
		w.Fatal(err)
	}
	_, err = client.Enrol(w.Context())
	w.wantRefused("revoked", err)
}

// hydraClient registers an agent of the reference, which knows no registrar.
func (w *world) hydraClient(d did.DID) {
	w.T.Helper()
	document, err := json.Marshal(map[string]any{
		"client_id": d.String(), "client_secret": "a-secret-for-tests-only", "grant_types": []string{"client_credentials"}, "audience": []string{"step-ca"},
		"token_endpoint_auth_method": "client_secret_post", "access_token_strategy": "jwt",
	})
	if err != nil {
		w.Fatal(err)
	}
	resp, err := w.client.Post(w.HydraAdmin+"/admin/clients", "application/json", bytes.NewReader(document))
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		w.Fatal(resp.Status)
	}
}

// TestAStartWithoutTheCA: a registrar that has a certificate serves with it while the CA
// is away, whom agents do not need either.
func TestAStartWithoutTheCA(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	w.stop()
	w.StopStepCA()
	w.run()
	w.register(w.unlisted)
	w.stop()
	for _, name := range []string{"tls_cert.pem", "tls_key.pem", "ca_bundle.pem"} {
		if err := os.Remove(filepath.Join(string(w.set.Registrar.Dir), name)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := daemon.New(daemon.Options{Settings: w.set})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	w.daemon = d
	for end := time.Now().Add(wait); d.AdminAddr() == nil || !strings.Contains(w.admin("/readyz"), "ca_unavailable"); {
		if time.Now().After(end) {
			t.Fatal("without a certificate it does not wait for the CA")
		}
	}
	w.StartStepCA()
	select {
	case <-d.Serving():
	case <-time.After(wait):
		t.Error("it does not go on once the CA is back")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestAStartWithAnotherCA: roots on disk stand in for a CA that is away, and for none that
// is not the one of the settings.
func TestAStartWithAnotherCA(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	w.stop()
	w.WipeStepCA()
	d, err := daemon.New(daemon.Options{Settings: w.set})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	if err := d.Run(ctx); !errors.Is(err, mtls.ErrFingerprintMismatch) {
		t.Errorf("it ended with %v, want ErrFingerprintMismatch", err)
	}
}

// TestSideDoorsAreTold: a registrar whose CA issues without asking says so, and stops
// to when it does not any more.
func TestSideDoorsAreTold(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	w.awaitDoors(false)
	w.ChangeStepCA(func(caJSON map[string]any) {
		p := caJSON["authority"].(map[string]any)["provisioners"].([]any)[0].(map[string]any)
		p["claims"].(map[string]any)["disableRenewal"] = false
	})
	w.awaitDoors(true)
	w.ChangeStepCA(func(map[string]any) {})
	w.awaitDoors(false)
}

func (w *world) awaitDoors(open bool) {
	w.T.Helper()
	for end := time.Now().Add(wait); ; {
		said := w.admin("/readyz")
		if strings.Contains(said, "side_door_open") == open && (open || strings.Contains(said, `"ready":true`)) {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("readyz says %s", said)
		}
	}
}
