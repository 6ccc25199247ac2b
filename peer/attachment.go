package peer

import (
	"cmp"
	"context"
	stdjson "encoding/json"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Attachment is a part of an answer that is not text. Everything in it is the
// peer's: a name is no path, and a URL is nothing to fetch unasked.
type Attachment struct {
	// Data is the JSON of a data part; nil for a file.
	Data stdjson.RawMessage
	// Name and MediaType are what the peer calls a file; either may be "".
	Name, MediaType string
	// URL is where the peer says a file is; "" where Bytes are its content.
	URL   string
	Bytes []byte
}

// MaxAttachments is how many parts that are not text are read of an answer.
const MaxAttachments = 1000

// errEnough ends the reading of a list before its end.
var errEnough = errors.New("enough attachments")

// wireAttachment is a data or file part of any dialect.
type wireAttachment struct {
	Kind     jsontext.Value `json:"kind"`
	Text     jsontext.Value `json:"text"`
	Data     jsontext.Value `json:"data"`
	Raw      *[]byte        `json:"raw"`
	URL      string         `json:"url"`
	Filename string         `json:"filename"`
	Media    string         `json:"mediaType"`
	File     *wireFile      `json:"file"`
}

type wireFile struct {
	Bytes     *[]byte `json:"bytes"`
	URI       string  `json:"uri"`
	URL       string  `json:"url"`
	Name      string  `json:"name"`
	Mime      string  `json:"mimeType"`
	MimeSnake string  `json:"mime_type"`
}

// Attachments returns what a reply has beside its text, at most
// [MaxAttachments]: of the artifacts, of the message that comes with the status,
// and of a message in place of a task. A part that cannot be read is left out.
func (r Reply) Attachments(ctx context.Context) []Attachment {
	return attachments(ctx, r.Raw)
}

// Attachments returns what an event has beside its text, as [Reply.Attachments] does.
func (u Update) Attachments(ctx context.Context) []Attachment { return attachments(ctx, u.Raw) }

func attachments(ctx context.Context, raw []byte) []Attachment {
	var reply struct {
		Parts     *jsontext.Value `json:"parts"`
		Artifacts *jsontext.Value `json:"artifacts"`
		Artifact  wireMessage     `json:"artifact"` // of an event
		Status    struct {
			Message jsontext.Value `json:"message"`
		} `json:"status"`
	}
	if json.Unmarshal(raw, &reply, uniqueNames) != nil {
		return nil
	}
	var found []Attachment
	collect := func(parts *jsontext.Value) error {
		return eachEntry(ctx, parts, func(part jsontext.Value) error {
			if a, ok := attachment(part); ok {
				found = append(found, a)
			}
			if len(found) == MaxAttachments {
				return errEnough
			}
			return nil
		})
	}
	var status wireMessage
	_ = json.Unmarshal(reply.Status.Message, &status, uniqueNames) // there may be none
	// What was found before a list turns out to be none counts all the same.
	if errors.Is(eachEntry(ctx, reply.Artifacts, func(a wireMessage) error { return collect(a.Parts) }), errEnough) {
		return found
	}
	for _, parts := range []*jsontext.Value{reply.Artifact.Parts, status.Parts, reply.Parts} {
		if errors.Is(collect(parts), errEnough) {
			break
		}
	}
	return found
}

// attachment reads one part, and reports whether it is data or a file.
func attachment(part jsontext.Value) (Attachment, bool) {
	var w wireAttachment
	if json.Unmarshal(part, &w, uniqueNames) != nil {
		return Attachment{}, false
	}
	file := Attachment{Name: w.Filename, MediaType: w.Media, URL: w.URL}
	if w.File != nil {
		file = Attachment{Name: w.File.Name, MediaType: cmp.Or(w.File.Mime, w.File.MimeSnake), URL: cmp.Or(w.File.URI, w.File.URL)}
		w.Raw = w.File.Bytes
	}
	switch {
	case w.Raw != nil:
		file.URL, file.Bytes = "", *w.Raw
		return file, true
	case file.URL != "":
		return file, true
	case w.Data.Kind() == jsontext.KindNull && (w.Kind != nil || w.Text != nil):
		return Attachment{}, false // null is data in A2A 1.0 alone, and not beside text
	case len(w.Data) > 0:
		return Attachment{Data: stdjson.RawMessage(w.Data.Clone())}, true
	}
	return Attachment{}, false
}
