package agent

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"sync"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/internal/clientsecret"
	"github.com/getbindu/bindu-go/internal/postgresdb"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// sharedClient keeps what our directory knows of our client the same as what all processes
// know that are this agent.
type sharedClient struct {
	vault   *clientsecret.Vault
	who     self
	cfg     hydra.Config // clock and logger
	persist func(ctx context.Context, try func(context.Context) error) error

	taking sync.Mutex // one at a time takes in
}

// sharesClient is nil where no other process is this agent.
func (a *Agent) sharesClient(who self) *sharedClient {
	if who.shared == nil {
		return nil
	}
	return &sharedClient{vault: who.shared.secret, who: who, cfg: a.hydraConfig(), persist: a.persistDatabase}
}

// alone runs what may change our client while no other process does, with what they left
// and for them to find: also if it fails, since it may be registered already. changed tells
// fn that the secret is another one than this process knew. It waits for the database.
func (s *sharedClient) alone(ctx context.Context, fn func(ctx context.Context, changed bool) error) error {
	if s == nil {
		return fn(ctx, false)
	}
	var failed error
	err := s.persist(ctx, func(ctx context.Context) error {
		return away(s.vault.Alone(ctx, func(ctx context.Context, held *clientsecret.Held) error {
			left, changed, err := s.takeIn(ctx, held)
			if err != nil {
				return err
			}
			failed = fn(ctx, changed)
			return s.leave(ctx, held, left)
		}))
	})
	return errors.Join(failed, err)
}

// away has the database waited for, and nothing else that is wrong with the vault.
func away(err error) error {
	if err == nil || !errors.Is(err, clientsecret.ErrUnavailable) || errors.Is(err, postgresdb.ErrAway) {
		return err
	}
	return errors.Join(postgresdb.ErrAway, err)
}

// loads is a vault, held or not.
type loads interface {
	Load(ctx context.Context) ([]byte, error)
}

func (s *sharedClient) takeIn(ctx context.Context, from loads) (left []byte, changed bool, err error) {
	s.taking.Lock()
	defer s.taking.Unlock()
	if left, err = from.Load(ctx); err != nil || left == nil {
		return nil, false, err
	}
	changed, err = s.who.home.TakeInClient(s.who.DID, left, s.cfg)
	return left, changed, err
}

func (s *sharedClient) leave(ctx context.Context, held *clientsecret.Held, left []byte) error {
	ours, err := s.who.home.PortableClient(s.who.DID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || bytes.Equal(ours, left) {
		return err
	}
	return held.Save(ctx, ours)
}

// look returns what another process authenticates with by now, nil if that is what this one
// does.
func (s *sharedClient) look(ctx context.Context) (*hydra.Credentials, error) {
	if s == nil {
		return nil, nil
	}
	if _, changed, err := s.takeIn(ctx, s.vault); err != nil || !changed {
		return nil, err
	}
	return kept(s.who)
}

func kept(who self) (*hydra.Credentials, error) {
	c, err := who.home.Credentials(who.DID)
	if errors.Is(err, home.ErrNoCredentials) {
		return nil, nil
	}
	return c, err
}
