package hydra

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// CredentialsFile is the name of the file in the agent's directory that holds
// the client credentials, in the format of the Python reference: one object
// keyed by DID.
const CredentialsFile = "oauth_credentials.json"

const (
	credentialsMode  = 0o600
	credentialsLimit = 1 << 20
)

// Credentials are what an agent authenticates with at Hydra.
type Credentials struct {
	// AgentID is the UUID registered as metadata.agent_id.
	AgentID string
	// ClientID is the DID.
	ClientID string
	// ClientSecret authenticates the client. It is never printed.
	ClientSecret string `json:"-"`
	// CreatedAt is when the secret was made, zero if unknown.
	CreatedAt time.Time
	// Scopes are the scopes the client was registered with.
	Scopes []string
}

// String leaves the secret out.
func (c Credentials) String() string { return "credentials of " + c.ClientID }

// Format leaves the secret out, whatever the verb.
func (c Credentials) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue leaves the secret out.
func (c Credentials) LogValue() slog.Value {
	return slog.GroupValue(slog.String("client_id", c.ClientID), slog.String("agent_id", c.AgentID),
		slog.Time("created_at", c.CreatedAt), slog.Any("scopes", c.Scopes))
}

// LoadCredentials reads the entry of d. It returns [fs.ErrNotExist] if there
// is no file or no entry, [ErrCredentialsCorrupt] if the file is damaged, and
// the errors of [safefile.Dir.ReadFile].
func LoadCredentials(dir *safefile.Dir, d did.DID) (*Credentials, error) {
	file, err := readCredentials(dir)
	if err != nil {
		return nil, err
	}
	return file.entry(d)
}

// SaveCredentials writes the entry of c.ClientID. The entries of other DIDs and
// members it does not know stay as they are. A damaged file is not overwritten.
func SaveCredentials(dir *safefile.Dir, c *Credentials) error {
	return editCredentials(dir, func(file credentialsFile) error { return file.put(c) })
}

// EnsureCredentials returns the credentials of d that are on disk. Where there are
// none it makes a secret of 256 bits from rand and saves it with what is given: nobody
// has to be told a secret that may be forgotten. Errors: those of [LoadCredentials]
// but for [fs.ErrNotExist], those of [SaveCredentials].
func EnsureCredentials(dir *safefile.Dir, d did.DID, rand io.Reader, given Credentials) (*Credentials, error) {
	found, err := LoadCredentials(dir, d)
	if !errors.Is(err, fs.ErrNotExist) {
		return found, err
	}
	given.ClientID = d.String()
	return makeCredentials(dir, rand, given)
}

// ReplaceSecret gives the credentials of d that are on disk a new secret of 256 bits from
// rand, made at a time, and saves them: only then may anybody be told it. Errors: those of
// [LoadCredentials] and [SaveCredentials].
func ReplaceSecret(dir *safefile.Dir, d did.DID, rand io.Reader, at time.Time) (*Credentials, error) {
	found, err := LoadCredentials(dir, d)
	if err != nil {
		return nil, err
	}
	next := *found
	next.CreatedAt = at
	return makeCredentials(dir, rand, next)
}

// makeCredentials saves what is given with a new secret.
func makeCredentials(dir *safefile.Dir, rand io.Reader, c Credentials) (_ *Credentials, err error) {
	if c.ClientSecret, err = newSecret(rand); err != nil {
		return nil, err
	}
	return &c, SaveCredentials(dir, &c)
}

// removeCredentials deletes the entry of d.
func removeCredentials(dir *safefile.Dir, d did.DID) error {
	return editCredentials(dir, func(file credentialsFile) error {
		delete(file, d.String())
		return nil
	})
}

func readCredentials(dir *safefile.Dir) (credentialsFile, error) {
	data, err := dir.ReadFile(CredentialsFile, credentialsMode, credentialsLimit)
	if err != nil {
		return nil, err
	}
	return parseCredentialsFile(data)
}

func editCredentials(dir *safefile.Dir, edit func(credentialsFile) error) error {
	file, err := readCredentials(dir)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = credentialsFile{}, nil
	}
	if err != nil {
		return err
	}
	if err := edit(file); err != nil {
		return err
	}
	data, err := file.encode()
	if err != nil {
		return err
	}
	return dir.WriteFile(CredentialsFile, data, credentialsMode)
}

// newSecret returns 256 random bits as text.
func newSecret(rand io.Reader) (string, error) {
	var secret [32]byte
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return "", fmt.Errorf("make a client secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}
