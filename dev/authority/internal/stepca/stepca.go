package stepca

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

const (
	configFile = "ca.json"
	logFile    = "step-ca.log"

	probeInterval = 100 * time.Millisecond // between two questions whether Hydra answers
	hydraTimeout  = 30 * time.Second       // for one answer, which includes the making of keys on a first run
)

// ErrProvisioner means that step-ca answers but cannot issue: it could not reach Hydra when it started and does not try
// again by itself.
var ErrProvisioner = errors.New("the provisioner is not initialized")

// Service is step-ca with its state in Dir.
type Service struct {
	Dir        *state.Dir
	Executable string // this program; step-ca is in it, see Main
	Address    string // host:port
	Issuer     string // Hydra's public URL
	Durations  Durations
	// Config is a file in place of the configuration that is made; "": none.
	Config string
	// Webhook is the URL that is asked before a certificate is issued; "": none. What its server presents is made in
	// WebhookDir.
	Webhook    string
	WebhookDir *state.Dir
	// WithoutHydra neither waits for Hydra nor asks for an initialized provisioner: this is what becomes of a step-ca
	// that starts while Hydra is down, for tests of that.
	WithoutHydra bool
}

// Name is the word that messages use.
func (s *Service) Name() string { return "step-ca" }

// URL is where certificates are requested.
func (s *Service) URL() string { return "https://" + s.Address }

// LogFile is where the output of step-ca goes.
func (s *Service) LogFile() string { return s.Dir.Path(logFile) }

// Prepare makes the certificates of the CA on the first run, and writes the configuration.
func (s *Service) Prepare(ctx context.Context) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", s.Address)
	if err != nil {
		return fmt.Errorf("%w; remedy: stop what listens there, or choose another --step-ca address", err)
	}
	if err := errors.Join(ln.Close(), s.ensurePKI()); err != nil {
		return err
	}
	if err := s.makeWebhookCertificate(time.Now()); err != nil {
		return err
	}
	data, err := s.configuration()
	if err != nil {
		return err
	}
	if err := s.Dir.Write(configFile, data); err != nil {
		return err
	}
	return s.awaitHydra(ctx)
}

// awaitHydra returns when Hydra answers, because the provisioner of a step-ca that starts earlier stays dead.
func (s *Service) awaitHydra(ctx context.Context) error {
	if s.WithoutHydra {
		return nil
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: hydraTimeout}
	again := time.NewTicker(probeInterval)
	defer again.Stop()
	for {
		why := get(ctx, client, s.Issuer+"/.well-known/openid-configuration", &struct{}{})
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w; remedy: start Hydra first", context.Cause(ctx), why)
		case <-again.C:
		}
	}
}

// Command is step-ca in a process of its own.
func (s *Service) Command() *exec.Cmd {
	config := s.Dir.Path(configFile)
	if s.Config != "" {
		config = s.Config
	}
	cmd := exec.Command(s.Executable, ServeCommand, config)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir.Path(), "STEPPATH=" + s.Dir.Path(), "TMPDIR=" + os.TempDir()}
	if s.Webhook != "" { // our root alone vouches for who answers it; step-ca would take the system's too
		cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+s.Dir.Path(rootFile), "SSL_CERT_DIR="+s.Dir.Path("none"))
	}
	return cmd
}

// Ready asks for the health and for the state of the provisioner.
func (s *Service) Ready(ctx context.Context) error {
	root, err := s.Root()
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}

	var health struct {
		Status string `json:"status"`
	}
	if err := get(ctx, client, s.URL()+"/health", &health); err != nil {
		return err
	}
	if health.Status != "ok" {
		return fmt.Errorf("/health says %q", health.Status)
	}
	if s.WithoutHydra {
		return nil
	}
	return s.checkProvisioner(ctx, client)
}

func (s *Service) checkProvisioner(ctx context.Context, client *http.Client) error {
	var list struct {
		Provisioners []struct {
			Name  string `json:"name"`
			State string `json:"state"`
		} `json:"provisioners"`
	}
	if err := get(ctx, client, s.URL()+"/provisioners", &list); err != nil {
		return err
	}
	for _, p := range list.Provisioners {
		if p.Name == Provisioner && p.State == "" {
			return nil
		}
	}
	return fmt.Errorf("%w; remedy: start step-ca while Hydra answers at %s", ErrProvisioner, s.Issuer)
}

func get(ctx context.Context, client *http.Client, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}

// Exists tells whether the certificates of the CA have been made.
func (s *Service) Exists() bool {
	_, err := os.Stat(s.Dir.Path(rootFile))
	return err == nil
}

// Wipe removes the certificates and the database; the next start makes a new root. step-ca must be stopped.
func (s *Service) Wipe() error { return os.RemoveAll(s.Dir.Path()) }
