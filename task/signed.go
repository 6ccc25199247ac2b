package task

import (
	"errors"
	"maps"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity/did"
)

// signed returns a copy of a part, with our signature if it is a text. Each
// part is judged and signed as it is sent: nothing joins the texts of parts
// behind this, so that no text comes about that was not judged.
func (o *output) signed(p *a2a.Part) (*a2a.Part, error) {
	kept := *p
	kept.Metadata = unsigned(p.Metadata)
	text, isText := p.Content.(a2a.Text)
	if !isText || o.sign == nil {
		return &kept, nil
	}
	if kept.Metadata == nil {
		kept.Metadata = make(map[string]any, 1)
	}
	signature, err := o.sign(string(text))
	var refused *did.TextError
	switch {
	case err == nil:
		kept.Metadata[SignatureKey] = signature
	case errors.As(err, &refused):
		kept.Metadata[OmittedKey] = refused.Reason
	default:
		return nil, err
	}
	return &kept, nil
}

// unsigned returns a copy of the metadata without what only we say. Some
// readers of JSON do not tell capitals apart.
func unsigned(metadata map[string]any) map[string]any {
	kept := maps.Clone(metadata)
	maps.DeleteFunc(kept, func(key string, _ any) bool {
		return strings.EqualFold(key, SignatureKey) || strings.EqualFold(key, OmittedKey)
	})
	return kept
}
