package hydra

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// Registrar keeps an agent's client registered at Hydra the way it is wanted.
type Registrar struct {
	cfg      Config
	owned    bool // the HTTP client is ours alone
	admin    admin
	dir      *safefile.Dir
	rand     io.Reader
	takeover bool
	recreate bool

	mu sync.Mutex // one reconciliation at a time: they read and write one file
}

// RegistrarOption changes what a [Registrar] may do.
type RegistrarOption func(*Registrar)

// WithTakeover lets Reconcile replace the public key and the secret of a
// registration that is not known to be ours, instead of [ErrDIDTaken] or
// [ErrKeyChanged]. Whoever registered it can no longer authenticate, so it is
// for an operator to ask for, once.
func WithTakeover() RegistrarOption { return func(r *Registrar) { r.takeover = true } }

// WithRecreate lets Reconcile register a client again that was deleted, instead
// of [ErrClientDeleted]. It is for an operator to ask for, once.
func WithRecreate() RegistrarOption { return func(r *Registrar) { r.recreate = true } }

// NewRegistrar returns a registrar that keeps the client credentials in dir
// and makes new secrets from rand, which must be cryptographically secure.
// The caller holds the lock of dir.
func NewRegistrar(cfg Config, dir *safefile.Dir, rand io.Reader, options ...RegistrarOption) *Registrar {
	cfg, owned := cfg.withDefaults()
	r := &Registrar{cfg: cfg, owned: owned, admin: newAdmin(cfg), dir: dir, rand: rand}
	for _, option := range options {
		option(r)
	}
	return r
}

// Action is what a reconciliation did.
type Action string

const (
	// Created: the client was registered for the first time.
	Created Action = "created"
	// Unchanged: the registration was as wanted, and the secret was accepted.
	Unchanged Action = "unchanged"
	// Repaired: the registration differed, or the secret was not accepted.
	Repaired Action = "repaired"
	// Recreated: the client was gone and was registered again with the same secret.
	Recreated Action = "recreated"
	// Adopted: the client was registered, but its secret was not known here,
	// and a new one was set.
	Adopted Action = "adopted"
)

// Result is what a reconciliation found and did.
type Result struct {
	// Credentials are saved and proved with a token request.
	Credentials *Credentials
	// Action is what was done.
	Action Action
	// Drift is what was repaired, field by field.
	Drift []Drift
}

// Reconcile makes the registration contain w and proves that the agent can get
// a token by it. It is safe to repeat at any time, and after a crash at any
// point of it: a secret is on disk before Hydra learns it, and one that is on
// disk is never replaced.
//
// A registration is ours if it holds our public key, or if it holds none and
// accepts the secret on disk. Any other is left alone: [ErrDIDTaken], or
// [ErrKeyChanged] if it accepts our secret and yet holds another key, since
// then either the key on disk is the wrong one or somebody else's key was
// written into our registration.
//
// A client that is missing at the Hydra that had it was deleted on purpose:
// [ErrClientDeleted]. A Hydra with other signing keys has a new database, and
// the client is registered there again, as it is where nothing was recorded.
//
// A key belongs in one directory. Agents that share a key without sharing a
// directory set each other's secret aside whenever one of them starts.
//
// Further errors: [ErrCredentialsCorrupt], [ErrRegistrationCorrupt] and those of [safefile.Dir] for the
// file, [ErrOpaqueToken], [ErrSecretRejected], [ErrNotSettled],
// [ErrClientRefused], oauth.ErrUnavailable, oauth.ErrInvalidResponse.
func (r *Registrar) Reconcile(ctx context.Context, w Wanted) (Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.owned {
		defer r.cfg.HTTPClient.CloseIdleConnections()
	}
	run, err := r.begin(w)
	if err != nil {
		return Result{}, err
	}
	const maxRounds = 6 // create, lose a race, adopt, read back, prove; and one to spare
	for range maxRounds {
		settled, err := run.round(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("reconcile the registration of %s: %w", w.DID, err)
		}
		if settled {
			run.remember(ctx)
			return run.finish(), nil
		}
	}
	return Result{}, fmt.Errorf("reconcile the registration of %s: %w", w.DID, ErrNotSettled)
}
