package push

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/task"
)

const (
	// lease is how long a webhook is kept from other processes: longer than asking
	// about its owner and calling it takes.
	lease = 15 * time.Second
	// lookTimeout is how long is asked about an owner.
	lookTimeout = 5 * time.Second
	// ownerPause is how long a delivery waits for somebody who can tell of its owner.
	ownerPause = 30 * time.Second
	// storeTimeout bounds what is noted of a delivery.
	storeTimeout = 5 * time.Second
	// firstRetry is the longest pause after the first try that failed; each further one
	// is longer by retryFactor.
	firstRetry, retryFactor = 2 * time.Second, 8
	// events is how many events are read at once.
	events = 16
)

// deliver delivers the next event of a webhook, and reports whether more is due.
func (s *Sender) deliver(ctx context.Context, ref task.PushRef) (more bool) {
	now := s.cfg.Now()
	taken, err := s.cfg.Store.TakePush(ctx, ref, now, now.Add(lease))
	if err != nil {
		if !errors.Is(err, task.ErrNotFound) {
			s.noted(err)
		}
		return false // it comes again with the next look
	}
	room, release := s.withRoom(ctx, taken.Owner)
	next, err := s.advance(room, taken)
	release()
	if err != nil {
		return s.failed(ctx, taken, next, err)
	}
	return s.settle(ctx, taken, task.Settlement{After: next.after, Due: s.cfg.Now()}) && next.more
}

// passed is how far a webhook has come.
type passed struct {
	after int64
	more  bool
}

// Errors for which the webhook is not to blame.
var (
	// errOwnerUnknown: nobody could say whether the owner is still a caller.
	errOwnerUnknown = errors.New("nothing is known about the owner")
	// errUnread: the events could not be read.
	errUnread = errors.New("the events cannot be read")
)

// advance sends the first event behind those that were delivered of which the webhook is told.
func (s *Sender) advance(ctx context.Context, taken task.TakenPush) (passed, error) {
	at := passed{after: taken.After}
	all, head, err := s.cfg.Store.Events(ctx, taken.Owner, taken.TaskID, taken.After, events)
	if err != nil {
		return at, unread(err)
	}
	for _, e := range all {
		header, body, err := s.cfg.Encode(taken, e, func() (*a2a.Task, error) { return s.whole(ctx, taken, e.Seq) })
		if err == nil && body != nil {
			err = s.send(ctx, taken, header, body)
		}
		if err != nil {
			return at, err
		}
		at = passed{after: e.Seq, more: e.Seq < head.Seq}
		if body != nil {
			s.cfg.Observe(Delivered)
			break
		}
	}
	return at, nil
}

func unread(err error) error { return fmt.Errorf("%w: %w", errUnread, err) }

// whole is the task as it was after an event.
func (s *Sender) whole(ctx context.Context, taken task.TakenPush, seq int64) (*a2a.Task, error) {
	var fold task.Fold
	for after := int64(0); ; {
		all, _, err := s.cfg.Store.Events(ctx, taken.Owner, taken.TaskID, after, events)
		if err != nil {
			return nil, unread(err)
		}
		for _, e := range all {
			if e.Seq > seq {
				return fold.Task(), nil
			}
			fold.Add(e)
			after = e.Seq
		}
		if len(all) < events {
			return fold.Task(), nil
		}
	}
}

// send calls the webhook, if its owner is still a caller, with our signature for an owner
// that has a DID.
func (s *Sender) send(ctx context.Context, taken task.TakenPush, header http.Header, body []byte) error {
	if err := s.owner(ctx, taken.Owner); err != nil {
		return err
	}
	target, why := s.cfg.Networks.parse(taken.URL) // by the settings of today
	if why != "" {
		return fmt.Errorf("%w: %s", ErrForbidden, why)
	}
	if err := s.sign(taken.Owner, target, header, body); err != nil {
		return err
	}
	return s.caller.post(ctx, target, header, body)
}

func (s *Sender) owner(ctx context.Context, owner string) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	err := s.cfg.Owner(ctx, owner)
	if err != nil && !errors.Is(err, ErrOwnerGone) {
		return fmt.Errorf("%w: %w", errOwnerUnknown, err)
	}
	return err
}

func (s *Sender) sign(owner string, target *url.URL, header http.Header, body []byte) error {
	to, err := did.Parse(owner)
	if err != nil {
		return nil // who has no DID cannot be named as the recipient
	}
	signed, err := signature.SignHeader(s.cfg.Key, signature.Push1, signature.Request{
		DID: s.cfg.DID, Timestamp: s.cfg.Now().Unix(), Body: body, Audience: to,
		Method: http.MethodPost, Target: target.RequestURI(), ContentType: header.Get("Content-Type"),
	}, s.cfg.Rand)
	if err != nil {
		return err
	}
	maps.Copy(header, signed)
	return nil
}
