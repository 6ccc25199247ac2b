package registrar

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

const (
	homeDir   = "state" // of the registrar itself: key, DID, database, the operator's socket
	logFile   = "registrar.log"
	tokenFile = "enrolment_token"

	webhookPath  = "/step-ca/authorize"
	author       = "development@example.com"
	readyTimeout = 5 * time.Second // for one answer
)

// Service is the registrar with its state in Dir, where the files of its webhook are too.
type Service struct {
	Dir                     *state.Dir
	Binary                  string // the real program
	Address, Admin, Webhook string // host:port
	HydraAdmin, HydraPublic string // URLs
	CA                      string // URL
	Fingerprint             func() (string, error)
}

// Name is the word that messages use.
func (s *Service) Name() string { return "registrar" }

// URL is where agents register.
func (s *Service) URL() string { return "https://" + s.Address }

// WebhookURL is where step-ca asks before it issues a certificate.
func (s *Service) WebhookURL() string { return "https://" + s.Webhook + webhookPath }

// LogFile is where the output of the registrar goes.
func (s *Service) LogFile() string { return s.Dir.Path(logFile) }

// Prepare tells of foreign listeners before they can be mistaken for ours.
func (s *Service) Prepare(ctx context.Context) error {
	var lc net.ListenConfig
	for _, address := range []string{s.Address, s.Admin, s.Webhook} {
		ln, err := lc.Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("%w; remedy: stop what listens there, or choose other addresses by flag", err)
		}
		if err := ln.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Command is `registrar serve`. A failure to read the CA's root shows as a setting that is missing.
func (s *Service) Command() *exec.Cmd {
	cmd := s.program(context.Background(), "serve")
	fingerprint, _ := s.Fingerprint()
	for name, address := range map[string]string{"": s.Address, "ADMIN_": s.Admin, "WEBHOOK_": s.Webhook} {
		host, port, _ := net.SplitHostPort(address) // it was listened on
		cmd.Env = append(cmd.Env, "NETWORK__"+name+"HOST="+host, "NETWORK__"+name+"PORT="+port)
	}
	cmd.Env = append(cmd.Env, "REGISTRAR__AUTHOR="+author,
		"REGISTRAR__WEBHOOK_URL="+s.WebhookURL(),
		"REGISTRAR__WEBHOOK_CERT_FILE="+s.Dir.Path("webhook_cert.pem"), "REGISTRAR__WEBHOOK_KEY_FILE="+s.Dir.Path("webhook_key.pem"),
		"HYDRA__ADMIN_URL="+s.HydraAdmin, "HYDRA__PUBLIC_URL="+s.HydraPublic,
		"MTLS__CA_URL="+s.CA, "MTLS__CA_FINGERPRINT="+fingerprint)
	return cmd
}

// program is a command of the registrar, which sees no settings but ours: neither the caller's nor those of a .env.
func (s *Service) program(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Binary, args...)
	cmd.Dir = s.Dir.Path()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.Dir.Path(), "TMPDIR=" + os.TempDir(), "REGISTRAR__DIR=" + s.Dir.Path(homeDir)}
	return cmd
}

// Ready asks the admin port.
func (s *Service) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	url := "http://" + s.Admin + "/readyz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

// Invitation is what an agent needs to enrol.
type Invitation struct {
	DID       string // of the registrar
	TokenFile string // has an enrolment token
}

// Invite makes an enrolment token for whoever can read Dir: any agents of this machine's user, for 30 days at most. The
// registrar must run.
func (s *Service) Invite(ctx context.Context) (Invitation, error) {
	did, err := s.ask(ctx, "did")
	if err != nil {
		return Invitation{}, err
	}
	token, err := s.ask(ctx, "token", "create", "--author", "*", "--name", "*", "--uses", "1000", "--lifetime", "720h")
	if err != nil {
		return Invitation{}, err
	}
	return Invitation{DID: did, TokenFile: s.Dir.Path(tokenFile)}, s.Dir.Write(tokenFile, []byte(token+"\n"))
}

// ask runs a command of the operator and returns the line that it prints.
func (s *Service) ask(ctx context.Context, args ...string) (string, error) {
	out, err := s.program(ctx, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("registrar %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
