package agent

import (
	"context"
	"crypto"

	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// authority keeps our client registered, and answers about the tokens and keys of
// callers. Nothing else of the agent knows who that is.
type authority interface {
	// component is who that is for /readyz and the log.
	component() string
	// register makes one attempt to have our client as it has to be, for the
	// address that peers are told, and returns what we authenticate with. What may
	// end by itself is an error that is passing.
	register(ctx context.Context, url string) (*hydra.Credentials, error)
	// missing says what became of our client, nil where it is in order. Its errors
	// have a word ([clientReason]), or say that nobody answers.
	missing(ctx context.Context) error
	// announce tells for which TLS key a certificate is asked next, where anybody has
	// to know.
	announce(ctx context.Context, key crypto.PublicKey) error
	// introspector judges the tokens of callers. Who called closes it.
	introspector(o hydra.IntrospectorOptions) *hydra.Introspector
	// keyResolver finds the keys of callers. Who called closes it.
	keyResolver(o hydra.KeyResolverOptions) *hydra.KeyResolver
}

// findAuthority says who keeps our client, nil where nobody does. It asks nobody.
func (a *Agent) findAuthority(who self, i issuer) (authority, error) {
	set := a.opts.Settings
	switch {
	case configs.UsesRegistrar(set):
		return a.askRegistrar(who, i)
	case !configs.UsesHydra(set):
		return nil, nil
	case configs.HoldsAdmin(set):
		a.ready.warn(componentAdmin, "hydra_admin_held")
	}
	return a.askDirectly(who), nil
}
