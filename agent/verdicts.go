package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/settings"
)

// ErrNoAuthority: nobody is configured who would answer about tokens and keys.
var ErrNoAuthority = errors.New("no authority is configured that answers about tokens and keys: " +
	"set REGISTRAR__URL and REGISTRAR__DID, or HYDRA__ADMIN_URL, and HYDRA__PUBLIC_URL")

// Verdicts is whom the agent of a directory asks about the tokens and keys of
// callers: Hydra's admin API, or the registrar, which wants to know who asks.
type Verdicts struct {
	set    settings.Settings
	by     authority
	issuer issuer
	close  func()
}

// NewVerdicts asks nobody but, with a registrar, the CA for its roots and Hydra for its
// issuer. Errors: [ErrNoAuthority]; with a registrar those of [home.Look],
// [home.Home.Identity], [stepca.New], [stepca.Client.Roots] and [hydra.Discover].
func NewVerdicts(ctx context.Context, set settings.Settings) (*Verdicts, error) {
	if !configs.UsesHydra(set) {
		return nil, ErrNoAuthority
	}
	v := &Verdicts{set: set, by: &direct{cfg: configs.Hydra(set)}, close: func() {}}
	if !configs.UsesRegistrar(set) {
		return v, nil
	}
	h, id, err := lookAt(set)
	if err != nil {
		return nil, err
	}
	if v.issuer, err = askIssuer(ctx, set, configs.Hydra(set)); err != nil {
		return nil, err
	}
	r, err := newRegistered(set, self{Identity: id, home: h}, v.issuer, around{time.Now, rand.Reader, slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	v.by, v.close = r, r.api.Close
	if err := r.trust.refresh(ctx); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

// From says who is asked, in words for people.
func (v *Verdicts) From() string { return AuthorityOf(v.set) }

// Introspector judges tokens as the running agent does. Close it before v. It asks
// Hydra for its issuer. Errors: those of [hydra.Discover].
func (v *Verdicts) Introspector(ctx context.Context) (*hydra.Introspector, error) {
	i, err := askIssuer(ctx, v.set, configs.Hydra(v.set))
	if err != nil {
		return nil, err
	}
	return v.by.introspector(configs.Introspection(v.set, i.ofTokens)), nil
}

// KeyResolver finds keys as the running agent does, but for those that are pinned.
// Close it before v.
func (v *Verdicts) KeyResolver() *hydra.KeyResolver {
	return v.by.keyResolver(hydra.KeyResolverOptions{})
}

// Close closes the connections.
func (v *Verdicts) Close() { v.close() }

// AuthorityOf says in words for people whom an agent with these settings asks about
// tokens and keys.
func AuthorityOf(set settings.Settings) string {
	switch {
	case configs.UsesRegistrar(set):
		return "the registrar at " + string(set.Registrar.URL)
	case configs.UsesHydra(set):
		return "Hydra's admin API at " + string(set.Hydra.AdminURL)
	}
	return "nobody"
}
