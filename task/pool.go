package task

import "sync"

// pool runs jobs on a bounded number of goroutines and takes turns between
// owners, so that one with many tasks does not keep the others waiting.
type pool struct {
	limits Limits

	mu       sync.Mutex
	closed   bool
	admitted int              // jobs running, waiting or about to be handed over
	running  int              // goroutines
	lanes    map[string]*lane // owners with an admitted job
	turns    []*lane          // lanes with a waiting job, the next one first
	done     sync.WaitGroup   // one per admitted job
}

type lane struct {
	owner    string
	admitted int
	waiting  []func()
}

func newPool(l Limits) *pool { return &pool{limits: l, lanes: make(map[string]*lane)} }

// admit reserves a place for one job of owner: ErrClosed, ErrOverloaded or a
// *QuotaError if there is none. The place must be used by run or given back by leave.
func (p *pool) admit(owner string) (*lane, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[owner]
	switch {
	case p.closed:
		return nil, ErrClosed
	case l != nil && l.admitted >= p.limits.Active:
		return nil, &QuotaError{Quota: "active", Limit: int64(p.limits.Active)}
	case p.admitted >= p.limits.Workers+p.limits.Backlog:
		return nil, ErrOverloaded
	}
	if l == nil {
		l = &lane{owner: owner}
		p.lanes[owner] = l
	}
	l.admitted++
	p.admitted++
	p.done.Add(1)
	return l, nil
}

// leave gives a place back.
func (p *pool) leave(l *lane) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(l)
}

func (p *pool) release(l *lane) {
	p.admitted--
	if l.admitted--; l.admitted == 0 {
		delete(p.lanes, l.owner)
	}
	p.done.Done()
}

// run executes the job in the place that admit reserved, now or when it is its turn.
func (p *pool) run(l *lane, job func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running < p.limits.Workers {
		p.running++
		go p.work(l, job)
		return
	}
	if len(l.waiting) == 0 {
		p.turns = append(p.turns, l)
	}
	l.waiting = append(l.waiting, job)
}

// work runs one job and then whichever is next. Jobs do not panic.
func (p *pool) work(l *lane, job func()) {
	for job != nil {
		job()
		l, job = p.next(l)
	}
}

func (p *pool) next(finished *lane) (*lane, func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(finished)
	if len(p.turns) == 0 {
		p.running--
		return nil, nil
	}
	l := p.turns[0]
	p.turns = p.turns[1:]
	job := l.waiting[0]
	if l.waiting = l.waiting[1:]; len(l.waiting) > 0 {
		p.turns = append(p.turns, l)
	}
	return l, job
}

// close refuses further jobs; the admitted ones still run.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// wait returns when every admitted job has ended.
func (p *pool) wait() { p.done.Wait() }
