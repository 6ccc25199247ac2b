package peer

import (
	"cmp"
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Artifact is one artifact of a task as it stands.
type Artifact struct {
	// ID is the peer's; "" where it gives none.
	ID string
	// Texts are those of its parts, as the peer wrote them. A peer that made it piece by
	// piece may keep each piece as a part, so that nothing belongs between them.
	Texts []string
}

// snapshot is the update that a task or a message as a whole is. Of a task that is not
// completed the text is that of its artifacts alone: its last message is no answer.
func snapshot(ctx context.Context, r Reply) (Update, error) {
	u := Update{
		TaskID: r.TaskID, ContextID: r.ContextID, State: r.State,
		Text: r.ArtifactText, Replaces: true, StatusMessage: r.StatusMessage, Raw: r.Raw,
	}
	if r.State == StateCompleted && r.Text != r.StatusMessage {
		u.Text = r.Text
	}
	if r.ArtifactText == "" {
		return u, nil
	}
	var err error
	u.Artifacts, err = artifactsOf(ctx, r.Raw)
	return u, err
}

// artifactsOf reads the artifacts of a task that have a text. Texts that are empty are
// left out: there may be millions.
func artifactsOf(ctx context.Context, raw []byte) (found []Artifact, err error) {
	type wireArtifact struct {
		ID      string          `json:"artifactId"`
		IDSnake string          `json:"artifact_id"`
		Parts   *jsontext.Value `json:"parts"`
	}
	var task struct {
		Artifacts *jsontext.Value `json:"artifacts"`
	}
	if json.Unmarshal(raw, &task, uniqueNames) != nil {
		return nil, errNoReply
	}
	err = eachEntry(ctx, task.Artifacts, func(w wireArtifact) error {
		a := Artifact{ID: cmp.Or(w.ID, w.IDSnake)}
		err := eachEntry(ctx, w.Parts, func(part wirePart) error {
			if part.Text != nil && *part.Text != "" {
				a.Texts = append(a.Texts, *part.Text)
			}
			return nil
		})
		if len(a.Texts) > 0 {
			found = append(found, a)
		}
		return err
	})
	return found, err
}
