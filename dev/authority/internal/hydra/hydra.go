package hydra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

const (
	configFile   = "hydra.json"
	databaseFile = "hydra.sqlite"
	secretFile   = "system-secret"
	logFile      = "hydra.log"
)

// Service is Hydra with its state in Dir.
type Service struct {
	Dir           *state.Dir
	Binary        string        // the real program
	Public, Admin string        // host:port
	TokenTTL      time.Duration // of access tokens
	Rand          io.Reader     // for the system secret, once
	HTTPClient    *http.Client
}

// Name is the word that messages use.
func (s *Service) Name() string { return "hydra" }

// Issuer is the public URL, which stands in every token.
func (s *Service) Issuer() string { return "http://" + s.Public }

// AdminURL is where clients are registered and tokens introspected.
func (s *Service) AdminURL() string { return "http://" + s.Admin }

// LogFile is where the output of Hydra goes.
func (s *Service) LogFile() string { return s.Dir.Path(logFile) }

// Prepare writes the configuration and brings the database to the schema of this Hydra.
func (s *Service) Prepare(ctx context.Context) error {
	for _, address := range []string{s.Public, s.Admin} {
		if err := checkFree(ctx, address); err != nil {
			return err
		}
	}
	secret, err := s.Dir.Secret(secretFile, s.Rand)
	if err != nil {
		return err
	}
	config, err := configuration(s.Dir.Path(databaseFile), s.Public, s.Admin, secret, s.TokenTTL)
	if err != nil {
		return err
	}
	if err := errors.Join(s.Dir.Write(configFile, config), s.createDatabase()); err != nil {
		return err
	}
	return s.migrate(ctx)
}

// createDatabase makes the empty file, because SQLite would let others read it.
func (s *Service) createDatabase() error {
	f, err := os.OpenFile(s.Dir.Path(databaseFile), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// checkFree tells of a foreign listener before it can be mistaken for ours.
func checkFree(ctx context.Context, address string) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("%w; remedy: stop what listens there, or choose other addresses by flag and another --dir", err)
	}
	return ln.Close()
}

func (s *Service) migrate(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.Binary, "migrate", "sql", "-e", "--yes", "-c", s.Dir.Path(configFile))
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		const last = 2000 // bytes: the cause stands at the end of a long list of migrations
		return fmt.Errorf("migrate the database: %w\n%s", err, out[max(0, len(out)-last):])
	}
	return ctx.Err()
}

// Command is `hydra serve all`. --dev lets it speak plain HTTP, which it does on loopback only.
func (s *Service) Command() *exec.Cmd {
	cmd := exec.Command(s.Binary, "serve", "all", "--dev", "-c", s.Dir.Path(configFile))
	cmd.Env = environment()
	return cmd
}

// environment keeps the caller's variables away from Hydra, which would take DSN or URLS_SELF_ISSUER for its own.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
}

// Wipe removes the database, and with it every client, token and signing key. The system secret stays. Hydra must be
// stopped.
func (s *Service) Wipe() error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(s.Dir.Path(databaseFile + suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Ready asks for the health, the keys and the discovery document. On a first run the keys are made by the question for
// them, both at the same time, so it comes before the discovery document, which would make them one by one.
func (s *Service) Ready(ctx context.Context) error {
	if err := s.get(ctx, s.AdminURL()+"/health/ready", &struct{}{}); err != nil {
		return err
	}
	if err := s.get(ctx, s.Issuer()+"/.well-known/jwks.json", &struct{}{}); err != nil {
		return err
	}
	var discovery struct {
		Issuer string `json:"issuer"`
	}
	if err := s.get(ctx, s.Issuer()+"/.well-known/openid-configuration", &discovery); err != nil {
		return err
	}
	if discovery.Issuer != s.Issuer() {
		return fmt.Errorf("discovery names the issuer %q instead of %q", discovery.Issuer, s.Issuer())
	}
	return nil
}

func (s *Service) get(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := s.HTTPClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(into)
}
