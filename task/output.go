package task

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

var (
	errArtifactsTooLarge = &Failure{Reason: "artifact_too_large", Text: "the answer is larger than the agent allows"}
	errEmptyArtifact     = errors.New("artifact or part without content")
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
}

// emit takes over an artifact or further parts of one.
func (o *output) emit(a *a2a.Artifact) error {
	if err := context.Cause(o.ctx); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrSuperseded
	}
	if o.err == nil {
		o.err = o.add(a)
	}
	return o.err
}

func (o *output) add(a *a2a.Artifact) error {
	if a == nil || len(a.Parts) == 0 {
		return errEmptyArtifact
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
	if o.size += int64(len(raw)); o.size > o.limit {
		return errArtifactsTooLarge
	}
	return o.keep(&kept)
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

func (o *output) keep(a *a2a.Artifact) error {
	for _, known := range o.artifacts {
		if a.ID != "" && known.ID == a.ID {
			known.Parts = append(known.Parts, a.Parts...)
			return nil
		}
	}
	if a.ID == "" {
		id, err := o.newID()
		if err != nil {
			return err
		}
		a.ID = a2a.ArtifactID(id)
	}
	o.artifacts = append(o.artifacts, a)
	return nil
}

// close ends the collection: an executor that writes later writes to nobody.
// The error is what emit refused, if it did.
func (o *output) close() ([]*a2a.Artifact, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	return o.artifacts, o.err
}
