package task

import (
	"sync"

	"github.com/getbindu/bindu-go/internal/turns"
)

// pool runs jobs on a bounded number of goroutines and shares them between
// owners; the shares are those of [pool.mayStart] and [pool.mayWait].
type pool struct {
	limits Limits

	mu       sync.Mutex
	closed   bool                // takes no more jobs
	stopped  bool                // the jobs that wait end without work to do
	admitted int                 // jobs running, waiting or about to be handed over
	running  int                 // jobs running
	hung     int                 // executors that outlived their job
	places   map[string]*place   // of owners with an admitted job or a hung executor
	line     turns.Line[waiting] // whose hold is what they run and what hangs
	done     sync.WaitGroup      // one per admitted job
}

// place is what an owner has in the pool.
type place struct {
	owner          string
	admitted, hung int
}

// job is run once: with nil, or with the reason why it gets no worker. It does
// not panic.
type job func(refused error)

type waiting struct {
	place *place
	job   job
	after func() // called once the job's place is free
}

func newPool(l Limits) *pool { return &pool{limits: l, places: make(map[string]*place)} }

// admit reserves a place for one job of owner: ErrClosed, ErrOverloaded or a
// *QuotaError if there is none. The place must be used by run or given back by leave.
func (p *pool) admit(owner string) (*place, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pl := p.places[owner]
	if pl == nil {
		pl = &place{owner: owner}
	}
	switch {
	case p.closed:
		return nil, ErrClosed
	case pl.admitted >= p.limits.Active:
		return nil, &QuotaError{Quota: "active", Limit: int64(p.limits.Active)}
	case !p.mayWait(pl) || p.isStuck(pl):
		return nil, ErrOverloaded
	}
	p.places[owner] = pl
	pl.admitted++
	p.admitted++
	p.done.Add(1)
	return pl, nil
}

// leave gives a place back.
func (p *pool) leave(pl *place) {
	p.mu.Lock()
	p.release(pl)
	p.mu.Unlock()
	p.done.Done()
}

func (p *pool) release(pl *place) {
	p.admitted--
	pl.admitted--
	p.tidy(pl)
}

// tidy forgets an owner without anything here.
func (p *pool) tidy(pl *place) {
	if pl.admitted == 0 && pl.hung == 0 {
		delete(p.places, pl.owner)
	}
}

// run executes the job in the place that admit reserved, now or when it is its
// turn, and then after. Whoever learns from after that the job has ended finds
// its place free.
func (p *pool) run(pl *place, j job, after func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line.Push(pl.owner, waiting{pl, j, after})
	p.serve()
}

// serve starts the jobs that may start, in turn. Who comes first holds least:
// if that owner may not start a job, nobody may.
func (p *pool) serve() {
	for {
		owner, ok := p.line.First()
		if !ok || !p.mayStart(p.line.Held(owner)) {
			return
		}
		w := p.line.Pop()
		p.line.Hold(owner, 1)
		p.running++
		go p.work(w)
	}
}

func (p *pool) work(w waiting) {
	w.job(nil)
	p.mu.Lock()
	p.running--
	p.line.Hold(w.place.owner, -1)
	p.release(w.place)
	p.serve()
	p.mu.Unlock()
	w.after()
	p.done.Done()
}

// hang counts an executor that outlives its job, until returned is called. Jobs
// that may never start because of it are refused.
func (p *pool) hang(pl *place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hung++
	pl.hung++
	p.line.Hold(pl.owner, 1)
	for _, refused := range p.line.RemoveAll(func(owner string) bool { return p.isStuck(p.places[owner]) }) {
		go p.refuse(refused)
	}
}

// refuse ends jobs of one owner, which hold their places until then.
func (p *pool) refuse(refused []waiting) {
	for _, w := range refused {
		w.job(ErrOverloaded)
		p.mu.Lock()
		p.release(w.place)
		p.mu.Unlock()
		w.after()
		p.done.Done()
	}
}

func (p *pool) returned(pl *place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hung--
	pl.hung--
	p.line.Hold(pl.owner, -1)
	p.tidy(pl)
	p.serve()
}

// hanging returns how many executors outlive their jobs.
func (p *pool) hanging() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hung
}

// isIdle reports that nothing runs or waits.
func (p *pool) isIdle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.admitted == 0
}

// isClosed reports that no more jobs are taken.
func (p *pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// close refuses further jobs; the admitted ones still run.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// stop lets the waiting jobs end, whose work has been called off.
func (p *pool) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.serve()
}

// wait returns when every admitted job has ended.
func (p *pool) wait() { p.done.Wait() }
