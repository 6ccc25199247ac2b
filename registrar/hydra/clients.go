package hydra

import (
	"context"
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/registrar"
)

// Authority is Hydra behind its admin API. Its methods may be called concurrently.
type Authority struct{ api *hydra.AdminAPI }

var (
	_ registrar.Clients      = (*Authority)(nil)
	_ registrar.Introspector = (*Authority)(nil)
)

// New returns the Hydra of cfg, of which PublicURL is not used. The caller closes it.
func New(cfg hydra.Config) *Authority { return &Authority{hydra.NewAdminAPI(cfg)} }

// Close closes its connections.
func (a *Authority) Close() { a.api.Close() }

// Get implements [registrar.Clients].
func (a *Authority) Get(ctx context.Context, d did.DID) ([]byte, error) {
	document, err := a.api.Client(ctx, d)
	return document, as(err, hydra.ErrNoClient, registrar.ErrNoClient)
}

// List implements [registrar.Clients].
func (a *Authority) List(ctx context.Context, page string) ([][]byte, string, error) {
	return a.api.Clients(ctx, page)
}

// Put implements [registrar.Clients].
func (a *Authority) Put(ctx context.Context, d did.DID, document []byte) error {
	return as(a.api.WriteClient(ctx, d, document), hydra.ErrClientRefused, registrar.ErrRefused)
}

// Delete implements [registrar.Clients].
func (a *Authority) Delete(ctx context.Context, d did.DID) error { return a.api.DeleteClient(ctx, d) }

// RevokeTokens implements [registrar.Clients].
func (a *Authority) RevokeTokens(ctx context.Context, d did.DID) error {
	return a.api.DeleteTokens(ctx, d)
}

// Introspect implements [registrar.Introspector].
func (a *Authority) Introspect(ctx context.Context, token string) (registrar.Introspection, error) {
	in, err := a.api.Introspect(ctx, token)
	if err != nil {
		return registrar.Introspection{}, err
	}
	return registrar.Introspection{Active: in.Active, ClientID: in.Claims.ClientID, Audience: in.Claims.Audience, Answer: in.Answer}, nil
}

// as gives an error of Hydra's the registrar's name for it.
func as(err, theirs, ours error) error {
	if errors.Is(err, theirs) {
		return fmt.Errorf("%w: %w", ours, err)
	}
	return err
}
