package hydra

import (
	"context"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
)

// Inspect asks Hydra about the token and makes every check of [Introspector.Verify]
// on the answer, without ending at the first that fails. Of a token that is not
// active Hydra says nothing more, so the other checks cannot be made.
func (i *Introspector) Inspect(ctx context.Context, token string) []oauth.Check {
	if !issued.WellFormed(token, i.options.MaxTokenBytes) {
		return unmade([]oauth.Check{{Name: "form", Detail: oauth.ErrMalformed.Error(), Err: oauth.ErrMalformed}}, 0)
	}
	out := []oauth.Check{{Name: "form", OK: true, Detail: "characters and length of a bearer token"}}
	in, err := i.introspect(ctx, token)
	if err != nil {
		return unmade(append(out, oauth.Check{Name: checks[0].name, Detail: err.Error(), Err: err}), 1)
	}
	now := i.cfg.Now()
	for k := range checks {
		c := &checks[k]
		if err := c.run(&i.options, &in, now); err != nil {
			out = append(out, oauth.Check{Name: c.name, Detail: err.Error(), Err: err})
			if !in.active {
				return unmade(out, k+1)
			}
			continue
		}
		out = append(out, oauth.Check{Name: c.name, OK: true, Detail: c.detail(&in)})
	}
	return out
}

// unmade adds the checks from the given one on as such that could not be made.
func unmade(out []oauth.Check, from int) []oauth.Check {
	for _, c := range checks[from:] {
		out = append(out, oauth.Check{Name: c.name, Detail: "not checked, because a check before it failed"})
	}
	return out
}
