package task

import (
	"context"
	"time"
)

// shareAfter is how long what an execution makes may wait before it is stored for
// readers elsewhere, and before what could not be stored is tried again. Readers in
// this process do not wait.
const shareAfter = 500 * time.Millisecond

// watch returns the executor's answer if it comes before ctx ends, which it sees
// to when the task is no longer the execution's. Meanwhile it tells the store what
// the executor makes.
func (s *Service) watch(e *execution, a *attempt) (answer, bool) {
	working, look, share := time.NewTimer(workingAfter), time.NewTicker(s.feed.pace.read), time.NewTimer(shareAfter)
	defer working.Stop()
	defer look.Stop()
	defer share.Stop()
	armed := true // whether share will fire
	for a.ctx.Err() == nil {
		var why error // the execution must stop
		select {
		case got := <-a.answers:
			return got, true
		case <-working.C:
			why = s.beginWork(e)
		case <-a.out.fresh:
			if e.news.isStreamed() {
				why = s.tellMade(e, a.out)
			}
		case <-share.C:
			armed = false
			why = s.tellMade(e, a.out)
		case <-e.news.changed:
			e.news.woken()
			if why = s.mustStop(e); why == nil && e.news.isStreamed() {
				why = s.tellMade(e, a.out) // to somebody who has just begun to read
			}
		case <-look.C:
			why = s.mustStop(e)
		case <-a.ctx.Done():
		}
		if why != nil {
			e.cancel(why)
		}
		if !armed && a.out.isBehind() {
			share.Reset(shareAfter)
			armed = true
		}
	}
	return answer{}, false
}

// tellMade tells the store what the execution made so far. The error says why the
// execution must stop; what only could not be stored now is told later.
func (s *Service) tellMade(e *execution, out *output) error {
	for {
		p := out.next()
		if p == nil {
			return nil
		}
		switch err := s.tellPiece(e, p); {
		case err == nil:
			out.told()
		case isLost(err):
			return errCanceled
		case isPassing(err):
			s.cfg.Logger.Warn("what a task makes is not stored yet", "task", e.key.id, "owner", e.key.owner, "error", err)
			return nil
		default:
			return err
		}
	}
}

func (s *Service) tellPiece(e *execution, p *piece) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.base), persistTimeout)
	defer cancel()
	err := s.store.Append(ctx, e.key.owner, e.key.id, Chunk{
		Run: e.run, Fence: e.fence, Artifact: p.artifact, First: p.first, Last: p.last,
		At: s.now(), MaxBytes: s.cfg.Limits.Bytes, MakeRoom: s.cfg.MakeRoom,
	})
	if err == nil {
		s.spread(ctx, e.news)
	}
	return err
}

// spread has whoever streams a task know its events up to now, before they may become
// artifacts, and wakes all its readers.
func (s *Service) spread(ctx context.Context, r *reader) {
	must, wait := r.beginLoad()
	for wait != nil && ctx.Err() == nil {
		select {
		case <-wait: // somebody read, perhaps before this was stored
			must, wait = r.beginLoad()
		case <-ctx.Done():
		}
	}
	s.feed.wakeOthers(r, must && r.load(ctx, s.store, s.cfg.Now()) == nil)
}
