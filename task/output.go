package task

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

var (
	errArtifactsTooLarge = &Failure{Reason: "artifact_too_large", Text: "the answer is larger than the agent allows"}
	errEmptyArtifact     = errors.New("artifact or part without content")
	errNamelessArtifact  = errors.New("an artifact of which more will follow needs an ID")
	errWholeArtifact     = errors.New("an artifact goes on after it was said that nothing more of it follows")
)

// maxEmittedParts bounds the parts of one execution's artifacts: each text costs
// a signature, however short it is.
const maxEmittedParts = 4096

// signatureBytes is what a signature adds to a part, about.
const signatureBytes = 150

// output collects the artifacts of one execution until the store takes them
// together with the state the execution ends in.
type output struct {
	ctx   context.Context
	sign  func(string) (string, error)
	newID func() (string, error)
	limit int64

	mu        sync.Mutex
	closed    bool
	err       error // the first refusal, which later emits and the outcome repeat
	size      int64
	parts     int
	artifacts []*a2a.Artifact
	made      map[a2a.ArtifactID]course
	untold    []*piece      // what the store has not been told, in order
	fresh     chan struct{} // has a value when there may be something untold
}

// emit takes over an artifact or further parts of one.
func (o *output) emit(a *a2a.Artifact, more bool) error {
	if err := context.Cause(o.ctx); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrSuperseded
	}
	if o.err == nil {
		o.err = o.add(a, more)
	}
	return o.err
}

func (o *output) add(a *a2a.Artifact, more bool) error {
	switch {
	case a == nil || len(a.Parts) == 0:
		return errEmptyArtifact
	case more && a.ID == "":
		return errNamelessArtifact
	}
	if err := o.afford(a.Parts); err != nil {
		return err
	}
	kept := *a
	kept.Metadata = unsigned(a.Metadata)
	kept.Parts = make(a2a.ContentParts, len(a.Parts))
	for i, p := range a.Parts {
		if err := context.Cause(o.ctx); err != nil {
			return err // signing many parts takes its time
		}
		var err error
		if kept.Parts[i], err = o.signed(p); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(&kept)
	if err != nil {
		return err
	}
	size := int64(len(raw))
	if o.find(kept.ID) != nil {
		if text, plain := plainText(&kept); plain {
			size = int64(len(text)) // the rest goes when the pieces are joined
		}
	}
	if o.size += size; o.size > o.limit {
		return errArtifactsTooLarge
	}
	return o.keep(&kept, more)
}

func (o *output) find(id a2a.ArtifactID) *a2a.Artifact {
	for _, known := range o.artifacts {
		if id != "" && known.ID == id {
			return known
		}
	}
	return nil
}

// afford refuses what would be too large, before anything of it is signed.
func (o *output) afford(parts a2a.ContentParts) error {
	if o.parts += len(parts); o.parts > maxEmittedParts {
		return errArtifactsTooLarge
	}
	least := o.size
	for _, p := range parts {
		if !storable(p) {
			return errEmptyArtifact
		}
		if text, ok := p.Content.(a2a.Text); ok {
			least += int64(len(text)) + signatureBytes
		}
	}
	if least > o.limit {
		return errArtifactsTooLarge
	}
	return nil
}

func (o *output) keep(a *a2a.Artifact, more bool) error {
	if known := o.find(a.ID); known != nil {
		if o.made[a.ID].whole {
			return errWholeArtifact
		}
		known.Parts = append(known.Parts, a.Parts...)
		o.note(a, more)
		o.queue(&a2a.Artifact{ID: a.ID, Parts: a.Parts}, false, !more)
		return nil
	}
	if a.ID == "" {
		id, err := o.newID()
		if err != nil {
			return err
		}
		a.ID = a2a.ArtifactID(id)
	}
	o.note(a, more)
	first := *a
	first.Parts = slices.Clone(a.Parts) // each of the two grows on its own
	o.artifacts = append(o.artifacts, a)
	o.queue(&first, true, !more)
	return nil
}

// course is how an artifact came about.
type course struct {
	pieces int
	single bool // each piece was one part
	whole  bool // no more may come
}

func (o *output) note(a *a2a.Artifact, more bool) {
	if o.made == nil {
		o.made = make(map[a2a.ArtifactID]course)
	}
	c := o.made[a.ID]
	o.made[a.ID] = course{pieces: c.pieces + 1, single: (c.single || c.pieces == 0) && len(a.Parts) == 1, whole: !more}
}

// close ends the collection: an executor that writes later writes to nobody.
// The error is what emit refused, if it did.
func (o *output) close() ([]*a2a.Artifact, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	return o.artifacts, o.err
}
