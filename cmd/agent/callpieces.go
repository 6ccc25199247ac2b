package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// answer prints what comes of the answer: of one artifact, of all that a task has so
// far, or a message.
func (s *streamed) answer(u peer.Update) {
	switch {
	case len(u.Artifacts) > 0:
		for _, a := range u.Artifacts {
			s.whole(a.ID, joinings(a.Texts, u.State)...)
		}
	case u.Artifact != "" && u.Replaces:
		s.whole(u.Artifact, u.Text)
	default:
		s.piece(u.Artifact, u.Text)
	}
}

// joinings are what an artifact of several texts may be: one text that came in pieces,
// as it is as long as it is worked on, or several.
func joinings(texts []string, state peer.State) []string {
	pieces, lines := strings.Join(texts, ""), strings.Join(texts, "\n")
	if state.Terminal() {
		return []string{lines, pieces}
	}
	return []string{pieces, lines}
}

// whole prints an artifact of which all comes, perhaps again: only what follows what
// was printed of it, or, where it has another beginning now, all of it anew.
func (s *streamed) whole(artifact string, texts ...string) {
	for _, text := range texts {
		if rest, follows := s.texts.rest(artifact, text); follows {
			s.piece(artifact, rest)
			return
		}
	}
	s.texts.forget(artifact)
	s.endLine()
	s.note("the answer begins anew\n")
	s.piece(artifact, texts[0])
}

// piece prints what follows of an artifact. Each begins a line.
func (s *streamed) piece(artifact, text string) {
	if text == "" {
		return
	}
	if artifact != s.at {
		s.endLine()
	}
	s.at = artifact
	s.texts.add(artifact, text)
	s.print(text)
}

// attached prints data, and which files there are, on lines of their own; not again
// what a repeated artifact has.
func (s *streamed) attached(ctx context.Context, u peer.Update) {
	var fresh []peer.Attachment
	var seen [][sha256.Size]byte
	for _, a := range u.Attachments(ctx) {
		s.files = s.files || a.Data == nil && a.URL == ""
		key := sha256.Sum256(fmt.Appendf(nil, "%s %s", describeFile(a), a.Data))
		if u.Replaces && s.others[key] {
			continue
		}
		seen, fresh = append(seen, key), append(fresh, a)
	}
	for _, key := range seen {
		if len(s.others) < maxPrinted {
			s.others[key] = true
		}
	}
	if len(fresh) > 0 && s.err == nil {
		s.endLine()
		s.err = printAttachments(s.out, fresh)
	}
}

// line prints an update as one line of JSON.
func (s *streamed) line(u peer.Update) {
	s.err = cli.PrintJSONLine(s.out, struct {
		ID            string          `json:"id,omitempty"`
		TaskID        string          `json:"taskId,omitempty"`
		ContextID     string          `json:"contextId,omitempty"`
		State         peer.State      `json:"state,omitempty"`
		StatusMessage string          `json:"statusMessage,omitempty"`
		Artifact      string          `json:"artifact,omitempty"`
		Replaces      bool            `json:"replaces,omitempty"`
		Text          string          `json:"text,omitempty"`
		Event         json.RawMessage `json:"event,omitempty"`
	}{u.ID, u.TaskID, u.ContextID, u.State, u.StatusMessage, u.Artifact, u.Replaces, u.Text, u.Raw})
}
