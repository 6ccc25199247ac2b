package push

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// failed notes what was not delivered, and reports whether more is due at once.
func (s *Sender) failed(ctx context.Context, taken task.TakenPush, at passed, err error) bool {
	tries, now := taken.Tries, s.cfg.Now()
	if at.after > taken.After {
		tries = 0 // that was of another event
	}
	end := task.Settlement{After: at.after, Tries: tries, Due: now}
	switch {
	case ctx.Err() != nil: // we stop: the next process delivers it
		s.settle(ctx, taken, end)
		return false
	case errors.Is(err, task.ErrNotFound): // its task is gone, and so is it
		return false
	case errors.Is(err, ErrOwnerGone):
		s.drop(ctx, taken.Owner)
		return false
	case errors.Is(err, errOwnerUnknown):
		s.cfg.Observe(OwnerUnknown)
		end.Due = now.Add(ownerPause)
	case errors.Is(err, errLarge):
		end.Due = now.Add(largePause)
	case errors.Is(err, errUnread):
		s.noted(err)
		end.Due = now.Add(firstRetry)
	case tries+1 >= MaxTries:
		end.Tries, end.GivenUp = tries+1, true
		s.cfg.Observe(GivenUp)
		s.cfg.Logger.Warn("a webhook is given up; it begins again if it is made anew", s.about(taken, end.Tries, err)...)
	default:
		end.Tries = tries + 1
		end.Due = now.Add(s.pause(end.Tries))
		s.cfg.Observe(Failed)
		s.cfg.Logger.Info("a webhook is tried again", s.about(taken, end.Tries, err)...)
	}
	s.settle(ctx, taken, end)
	if !end.GivenUp {
		s.tryAt(end.Due)
	}
	return false
}

// about says of which webhook a record is. Path and query of its URL may be secret.
func (s *Sender) about(taken task.TakenPush, tries int, err error) []any {
	host := ""
	if target, _ := s.cfg.Networks.parse(taken.URL); target != nil {
		host = target.Host
	}
	return []any{"owner", taken.Owner, "task", taken.TaskID, "webhook", taken.PushRef.ID, "host", host, "tries", tries, "error", err}
}

// settle notes what became of a delivery, also when we stop.
func (s *Sender) settle(ctx context.Context, taken task.TakenPush, end task.Settlement) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return s.noted(s.cfg.Store.SettlePush(ctx, taken, end))
}

// lookAtOwners deletes the webhooks of those that are gone.
func (s *Sender) lookAtOwners(ctx context.Context, owners map[string]struct{}) {
	for owner := range owners {
		if err := s.owner(ctx, owner); errors.Is(err, ErrOwnerGone) {
			s.drop(ctx, owner)
		}
	}
}

func (s *Sender) drop(ctx context.Context, owner string) {
	n, err := s.cfg.Store.DropPushes(ctx, owner)
	if s.noted(err) && n > 0 {
		s.cfg.Observe(OwnerGone)
		s.cfg.Logger.Warn("the webhooks of a caller that is one no more are deleted", "owner", owner, "count", n)
	}
}

// pause is how long to wait after so many tries, between half of the longest and that.
func (s *Sender) pause(tries int) time.Duration {
	longest := firstRetry
	for range tries - 1 {
		longest *= retryFactor
	}
	var b [8]byte
	if _, err := io.ReadFull(s.cfg.Rand, b[:]); err != nil {
		return longest
	}
	return longest/2 + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(longest/2+1))
}
