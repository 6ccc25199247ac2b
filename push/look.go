package push

import (
	"context"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// next is when to look again if nobody says something before.
func (s *Sender) next() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.retryAt.IsZero() && s.retryAt.Before(s.pollAt) {
		return s.retryAt
	}
	return s.pollAt
}

// look reads what is due: of the tasks that have news, or of all.
func (s *Sender) look(ctx context.Context) {
	now := s.cfg.Now()
	s.mu.Lock()
	news, owners, made := s.news, s.owners, s.made
	s.news, s.owners = make(map[taskRef]struct{}), make(map[string]struct{})
	all := !now.Before(s.pollAt) || !s.retryAt.IsZero() && !now.Before(s.retryAt)
	if all {
		s.pollAt, s.retryAt = now.Add(pollEvery), time.Time{}
	}
	s.mu.Unlock()
	if len(owners) > 0 {
		s.runs.Go(func() { s.lookAtOwners(ctx, owners) })
	}
	s.again(news)
	if all {
		s.lookAtAll(ctx, now, made)
		return
	}
	for ref := range news {
		due, err := s.cfg.Store.DuePushes(ctx, task.DueFilter{Owner: ref.owner, TaskID: ref.id, At: now, Limit: page, PerOwner: page})
		if s.noted(err) {
			s.queue(due.Refs)
		}
	}
}

// again has webhooks of tasks that have news looked at once more when they land: what is
// under way is due for nobody, and does not know of what came meanwhile.
func (s *Sender) again(news map[taskRef]struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref := range s.known {
		if _, ok := news[taskRef{ref.Owner, ref.TaskID}]; ok || s.lost {
			s.known[ref] = true
		}
	}
	s.lost = false
}

func (s *Sender) lookAtAll(ctx context.Context, now time.Time, made int) {
	due, err := s.cfg.Store.DuePushes(ctx, task.DueFilter{At: now, Limit: page, PerOwner: pageOfOwner})
	if !s.noted(err) {
		return
	}
	s.queue(due.Refs)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full = len(due.Refs) >= pageOfOwner
	if s.made == made {
		s.armed.Store(due.Armed)
	}
}

// noted reports whether there was no error. What could not be read is looked for again.
func (s *Sender) noted(err error) bool {
	if err != nil && !errors.Is(err, context.Canceled) {
		s.cfg.Logger.Warn("webhooks cannot be looked for", "error", err)
	}
	return err == nil
}
