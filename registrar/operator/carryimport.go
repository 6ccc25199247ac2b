package operator

import (
	"context"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

func (h *handler) endSecret(ctx context.Context, q about) (Ended, error) {
	d, err := did.Parse(q.DID)
	if err != nil {
		return Ended{}, err
	}
	removed, err := h.registry.EndSecret(ctx, d)
	return Ended{removed}, err
}

func (h *handler) prospects(ctx context.Context, q page) (prospects, error) {
	all, left, next, err := h.registry.Prospects(ctx, q.After)
	p := prospects{Agents: []Prospect{}, Left: LeftOut(left), Next: next}
	for _, one := range all {
		p.Agents = append(p.Agents, prospectOf(one))
	}
	return p, err
}

func prospectOf(p registrar.Prospect) Prospect {
	one := Prospect{
		DID: p.DID.String(), Fingerprint: registrar.Fingerprint(p.Key), KeyBound: p.KeyBound, Standing: p.Standing,
		Scopes: append([]string{}, p.Scopes...), Changes: []Change{},
	}
	if one.Standing == "" {
		one.Standing = StandingNew
	}
	for _, d := range p.Changes {
		one.Changes = append(one.Changes, Change(d))
	}
	return one
}

func (h *handler) importOne(ctx context.Context, q about) (Imported, error) {
	d, err := did.Parse(q.DID)
	if err != nil {
		return Imported{}, err
	}
	already, err := h.registry.Import(ctx, d, q.Fingerprint)
	return Imported{already}, err
}
