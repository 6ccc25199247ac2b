package registrar

import (
	"context"
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/identity/did"
)

// Compare looks whether the authorization server has of a DID what the database says,
// and changes nothing. Where it has not, the error is a [*Refusal] with the word
// [ForeignWriter] and the differences are returned. While a change is under way, what
// it writes counts as well. Errors: [ErrStorage], a [*Refusal] with [Unavailable].
func (r *Registrar) Compare(ctx context.Context, d did.DID) ([]Drift, error) {
	before, err := r.said(ctx, d)
	if err != nil || before.others {
		return nil, err
	}
	has, err := r.get(ctx, d)
	if err != nil {
		return nil, refuse(Unavailable, err)
	}
	after, err := r.said(ctx, d) // what ended while we asked is no difference
	if err != nil {
		return nil, err
	}
	drift, agrees := r.agrees(has, before)
	if !agrees {
		drift, agrees = r.agrees(has, after)
	}
	if agrees {
		return nil, nil
	}
	return drift, refuse(ForeignWriter, fmt.Errorf("%w: %v", errOtherHand, drift))
}

// expected is what the authorization server may have of a DID; nil is nothing.
type expected struct {
	document []byte
	// written is what a change under way writes, instead of it.
	written []byte
	open    bool
	// others is true while the client is as another hand wrote it, before its agent moves.
	others bool
}

func (r *Registrar) said(ctx context.Context, d did.DID) (e expected, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		c, err := read.Client(d)
		in, failed := read.Intent(d)
		if c != nil {
			e.document, e.others = c.Document, c.isImported()
		}
		if in != nil {
			e.open, e.written = true, in.Document
		}
		return errors.Join(err, failed)
	})
	return e, err
}

// agrees returns the differences to the document that was read back last.
func (r *Registrar) agrees(has []byte, e expected) ([]Drift, bool) {
	drift, same := documentIs(has, e.document)
	if !same && e.open {
		_, same = documentIs(has, e.written)
	}
	return drift, same
}

func documentIs(has, want []byte) ([]Drift, bool) {
	if has == nil || want == nil {
		return nil, has == nil && want == nil
	}
	drift, err := differences(has, want)
	return drift, err == nil && len(drift) == 0
}
