package peer

import (
	"bytes"
	"context"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// text is what parts say, joined with line breaks.
type text struct {
	strings.Builder
	pieces  bool // the parts are of one text: nothing joins them
	entries int  // texts that were joined
	parts   int  // that were read, those without a text too
}

func (t *text) add(more string) {
	if t.entries > 0 && !t.pieces {
		t.WriteByte('\n')
	}
	t.WriteString(more)
	t.entries++
}

// read reads all texts of a reply. It fails if a list is none, and when the
// context ends: a reply may be large.
func (w *wireReply) read(ctx context.Context) error {
	if err := w.texts.parts.read(ctx, w.Parts); err != nil {
		return err
	}
	err := eachEntry(ctx, w.Artifacts, func(artifact wireMessage) error {
		var t text
		err := t.read(ctx, artifact.Parts)
		if t.Len() > 0 {
			w.texts.artifacts.add(t.String())
		}
		return err
	})
	if err != nil {
		return err
	}
	var status wireMessage
	if w.Status != nil && json.Unmarshal(w.Status.Message, &status, uniqueNames) == nil && w.texts.status.read(ctx, status.Parts) != nil {
		w.texts.status = text{} // as if there were no message
	}
	return eachEntry(ctx, w.History, func(message wireMessage) error {
		var t text
		err := t.read(ctx, message.Parts)
		if !isOwn(message.Role) {
			w.texts.history = t.String() // the last one counts
		}
		return err
	})
}

// isOwn reports the role of who calls, in any dialect.
func isOwn(role string) bool { return role == "user" || role == "ROLE_USER" }

func (t *text) read(ctx context.Context, parts *jsontext.Value) error {
	return eachEntry(ctx, parts, func(part wirePart) error {
		t.parts++
		if part.Text != nil {
			t.add(*part.Text)
		}
		return nil
	})
}

// eachEntry decodes the entries of a JSON array one after the other; nil is an
// empty one. It fails with errNoReply or the cause of the context's end.
func eachEntry[T any](ctx context.Context, list *jsontext.Value, visit func(T) error) error {
	if list == nil {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(*list), uniqueNames)
	if token, err := dec.ReadToken(); err != nil || token.Kind() != jsontext.KindBeginArray {
		return errNoReply
	}
	for dec.PeekKind() != jsontext.KindEndArray {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var entry T
		if json.UnmarshalDecode(dec, &entry) != nil {
			return errNoReply
		}
		if err := visit(entry); err != nil {
			return err
		}
	}
	return nil
}
