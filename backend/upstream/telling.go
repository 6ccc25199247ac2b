package upstream

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend/internal/pace"
)

// telling hands on artifacts as they come, each of them once, whether the upstream tells
// of it in pieces, as a whole, or both.
type telling struct {
	pieces *pace.Pieces
	made   map[string]*made

	// Of a task that goes on: what was told of it before, and what parts the ids of now
	// from those.
	before []any
	suffix string
}

// maxTold is how many artifacts are remembered of a task that waits for input.
const maxTold = 256

// told is what a task that goes on has to know of what was told of it.
func (t *telling) told() []any {
	all := t.before
	for id, m := range t.made {
		all = append(all, digest(id, m.sum))
	}
	return all[max(0, len(all)-maxTold):]
}

func digest(id string, sum hash.Hash) string {
	all := sha256.Sum256(fmt.Appendf(nil, "%q %x", id, sum.Sum(nil)))
	return hex.EncodeToString(all[:8])
}

// recall takes what told returned, or what a store made of it, and what names the message.
func (t *telling) recall(told any, message string) {
	t.before, _ = told.([]any)
	t.suffix = "." + message
}

// isOld reports an artifact that was told as it is before the task went on.
func (t *telling) isOld(a *artifact) (bool, error) {
	if len(t.before) == 0 {
		return false, nil
	}
	sum := sha256.New()
	for _, p := range a.Parts {
		text, err := content(p.Part)
		if err != nil {
			return false, err
		}
		sum.Write(text)
	}
	return slices.Contains(t.before, any(digest(a.ID, sum))), nil
}

// made is what was handed on of an artifact.
type made struct {
	id         a2a.ArtifactID
	length     int // of what content makes of its parts, in bytes
	sum        hash.Hash
	whole      bool // it was said that nothing more follows
	generation int  // how often it was replaced
}

func (t *telling) any() bool { return len(t.made) > 0 }

// piece takes the event that tells of an artifact or, with adds, of more of one.
func (t *telling) piece(a *artifact, adds, more bool) error {
	known := t.made[a.ID]
	switch {
	case len(a.Parts) == 0:
		return nil
	case known == nil, adds && known.whole:
		return t.begin(a, known, contents(a.Parts), more)
	case adds:
		return t.tell(known, a, contents(a.Parts), more)
	}
	return t.replace(a, known, more)
}

// whole takes an artifact as a task has it.
func (t *telling) whole(a *artifact) error {
	known := t.made[a.ID]
	old, err := t.isOld(a)
	switch {
	case err != nil:
		return err
	case len(a.Parts) == 0, known == nil && old:
		return nil
	case known == nil:
		return t.begin(a, nil, contents(a.Parts), true) // a stream may go on with it
	}
	return t.replace(a, known, true)
}

// replace hands on what an artifact has beyond what was handed on. If it is another by
// now it is handed on as one: what was told cannot be taken back.
func (t *telling) replace(a *artifact, known *made, more bool) error {
	rest, same := known.beyond(contents(a.Parts))
	switch {
	case !same || len(rest) > 0 && known.whole:
		return t.begin(a, known, contents(a.Parts), more)
	case len(rest) == 0:
		return nil
	}
	return t.tell(known, a, rest, more)
}

// begin hands on an artifact that is not known, or takes the place of another.
func (t *telling) begin(a *artifact, before *made, parts a2a.ContentParts, more bool) error {
	m := &made{sum: sha256.New()}
	if before != nil {
		m.generation = before.generation + 1
	}
	m.id = artifactID(a.ID, m.generation) + a2a.ArtifactID(t.suffix)
	if t.made == nil {
		t.made = make(map[string]*made)
	}
	t.made[a.ID] = m
	return t.tell(m, a, parts, more)
}

func (t *telling) tell(m *made, a *artifact, parts a2a.ContentParts, more bool) error {
	for _, p := range parts {
		text, err := content(p)
		if err != nil {
			return err
		}
		m.sum.Write(text)
		m.length += len(text)
	}
	m.whole = !more
	return t.pieces.Tell(&a2a.Artifact{
		ID: m.id, Name: a.Name, Description: a.Description, Extensions: a.Extensions, Metadata: a.Metadata, Parts: parts,
	}, more)
}

// beyond returns which parts follow on what was handed on; same is false if that is not
// how the parts begin.
func (m *made) beyond(parts a2a.ContentParts) (rest a2a.ContentParts, same bool) {
	seen, sum := 0, sha256.New()
	for i, p := range parts {
		text, err := content(p)
		if err != nil {
			return nil, false
		}
		left := m.length - seen
		if left <= 0 {
			rest = append(rest, parts[i:]...)
			break
		}
		if left < len(text) {
			if _, plain := p.Content.(a2a.Text); !plain || text[0] == 0 || !utf8.RuneStart(text[left]) {
				return nil, false
			}
			rest = a2a.ContentParts{a2a.NewTextPart(string(text[left:]))}
			text = text[:left]
		}
		sum.Write(text)
		if seen += len(text); len(rest) > 0 {
			rest = append(rest, parts[i+1:]...)
			break
		}
	}
	return rest, seen == m.length && string(sum.Sum(nil)) == string(m.sum.Sum(nil))
}

// content is what of a part must be the same: of a text that is nothing else the text
// itself, however it is cut into parts.
func content(p *a2a.Part) ([]byte, error) {
	if text, ok := p.Content.(a2a.Text); ok && len(p.Metadata) == 0 && p.Filename == "" && p.MediaType == "" {
		return []byte(text), nil
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, badAnswer("a part: %v", err)
	}
	return append([]byte{0}, raw...), nil
}

// maxArtifactID is the longest id that is handed on as it is, in bytes.
const maxArtifactID = 128

// artifactID is the id under which an artifact is handed on.
func artifactID(id string, generation int) a2a.ArtifactID {
	if id == "" || len(id) > maxArtifactID || !printable(id) {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	if generation > 0 {
		id = fmt.Sprintf("%s.%d", id, generation)
	}
	return a2a.ArtifactID(id)
}

func printable(id string) bool {
	for _, r := range id {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
