package home

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Credentials returns what d authenticates with at Hydra. Errors:
// [ErrNoCredentials], [hydra.ErrCredentialsCorrupt], those of the directory.
func (h *Home) Credentials(d did.DID) (*hydra.Credentials, error) {
	c, err := hydra.LoadCredentials(h.dir, d)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoCredentials, h.Path())
	}
	return c, err
}

// Registrar registers the agent at Hydra and keeps its credentials here.
func (h *Home) Registrar(cfg hydra.Config, random io.Reader, options ...hydra.RegistrarOption) *hydra.Registrar {
	return hydra.NewRegistrar(cfg, h.dir, random, options...)
}

// EnsureCredentials returns what d authenticates with, with a secret that is on disk
// since now or before. Errors: [hydra.ErrCredentialsCorrupt], those of the directory.
func (h *Home) EnsureCredentials(d did.DID, random io.Reader, given hydra.Credentials) (*hydra.Credentials, error) {
	return hydra.EnsureCredentials(h.dir, d, random, given)
}

// ReplaceSecret gives what an agent authenticates with another secret, on disk before
// anybody is told it. Errors: [hydra.ErrCredentialsCorrupt], those of the directory.
func (h *Home) ReplaceSecret(d did.DID, random io.Reader, at time.Time) (*hydra.Credentials, error) {
	return hydra.ReplaceSecret(h.dir, d, random, at)
}

// SaveCredentials writes what an agent authenticates with. Errors:
// [hydra.ErrCredentialsCorrupt], those of the directory.
func (h *Home) SaveCredentials(c *hydra.Credentials) error { return hydra.SaveCredentials(h.dir, c) }

// PortableClient is what is kept of the client of d, for another directory of the same
// agent, as secret as the credentials. Errors: [fs.ErrNotExist] where nothing is, those of
// [hydra.Portable].
func (h *Home) PortableClient(d did.DID) ([]byte, error) { return hydra.Portable(h.dir, d) }

// TakeInClient keeps what [Home.PortableClient] returned, and reports whether the secret is
// another one now. Errors: those of [hydra.TakeIn].
func (h *Home) TakeInClient(d did.DID, portable []byte, cfg hydra.Config) (changed bool, err error) {
	return hydra.TakeIn(h.dir, d, portable, cfg)
}

// Certificates is where the agent's certificate is kept; the clock is time.Now
// when nil.
func (h *Home) Certificates(now func() time.Time) *mtls.DirStore {
	return mtls.NewDirStore(h.dir, now)
}

// Certificate returns the certificate for people, whatever it is worth: in PEM
// with its intermediates, and by itself. Errors: [mtls.ErrNoIdentity], those of
// the directory.
func (h *Home) Certificate() (text []byte, leaf *x509.Certificate, err error) {
	text, leaf, err = h.Certificates(nil).Certificate()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: there is no tls_cert.pem in %s", mtls.ErrNoIdentity, h.Path())
	}
	return text, leaf, err
}

// Replay opens the memory of what was accepted before, so that a restart opens no
// door twice; what the configuration says about the directory's past is filled in
// here. Errors: those of [replay.Open].
func (h *Home) Replay(id Identity, cfg replay.Config) (*replay.Store, error) {
	served, err := h.servedBefore()
	if err != nil {
		return nil, err
	}
	cfg.Fresh, cfg.Foreign = id.fresh, !served
	return replay.Open(h.dir, cfg)
}

// KeepsReplay reports whether what was accepted before is remembered here. Errors: those of
// [replay.Kept].
func (h *Home) KeepsReplay() (bool, error) { return replay.Kept(h.dir) }

// ForgetReplay gives up what was accepted before: another memory knows it, and more. A
// later [Home.Replay] refuses what may have been accepted meanwhile. Errors: those of
// [replay.Forget].
func (h *Home) ForgetReplay() error { return replay.Forget(h.dir) }

// Keys opens the memory of the keys that callers were first seen with. Only who
// opened the directory with [Open] may. Errors: those of [keymemory.Open].
func (h *Home) Keys(cfg keymemory.Config) (*keymemory.Memory, error) {
	return keymemory.Open(h.dir, cfg)
}

// KeyRequests is the path where an operator's decisions about keys wait for the
// agent that serves.
func (h *Home) KeyRequests() string { return filepath.Join(h.Path(), keymemory.RequestsDir) }

// RememberedKeys returns what the memory of keys holds. Errors: those of [keymemory.Read].
func (h *Home) RememberedKeys() ([]keymemory.Entry, error) { return keymemory.Read(h.dir) }

// Tasks opens the tasks. Errors: those of [sqlite.Open].
func (h *Home) Tasks(ctx context.Context, log *slog.Logger) (*sqlite.Store, error) {
	return sqlite.Open(ctx, h.dir, log)
}

// TaskUsages says how much is kept for each owner. Errors: those of [sqlite.Usages].
func (h *Home) TaskUsages(ctx context.Context) ([]sqlite.Usage, error) {
	return sqlite.Usages(ctx, h.dir)
}

// ClearTasks deletes the owner's tasks that nobody works on and that have not
// changed since before, and says how many. Errors: those of [sqlite.Clear].
func (h *Home) ClearTasks(ctx context.Context, owner string, before time.Time) (int, error) {
	return sqlite.Clear(ctx, h.dir, owner, before)
}
