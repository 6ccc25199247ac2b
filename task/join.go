package task

import (
	"slices"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// join makes one text, signed as such, of each artifact that came piece by piece, each
// one text: who reads it later does not see where they ended. It is to be called
// when the collection is closed; with an error nothing has changed.
func (o *output) join() error {
	joined := slices.Clone(o.artifacts)
	for i, a := range o.artifacts {
		text, plain := plainText(a)
		if c := o.made[a.ID]; !plain || !c.single || c.pieces < 2 {
			continue
		}
		one := a2a.NewTextPart(text)
		one.MediaType = a.Parts[0].MediaType
		part, err := o.signed(one)
		if err != nil {
			return err
		}
		whole := *a
		whole.Parts = a2a.ContentParts{part}
		joined[i] = &whole
	}
	o.artifacts = joined
	return nil
}

// plainText returns what the parts of an artifact say together, if they are texts of
// which nothing else is said than who signed them.
func plainText(a *a2a.Artifact) (string, bool) {
	var all strings.Builder
	for _, p := range a.Parts {
		text, ok := p.Content.(a2a.Text)
		if !ok || p.Filename != "" || p.MediaType != a.Parts[0].MediaType || len(unsigned(p.Metadata)) > 0 {
			return "", false
		}
		all.WriteString(string(text))
	}
	return all.String(), len(a.Parts) > 0
}
