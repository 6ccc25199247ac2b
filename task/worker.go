package task

// worker is one that the request of a message took for itself.
type worker struct {
	pool    *pool
	place   *place
	yielded bool
}

// begin takes a worker for the place, nil if there is none or somebody waits for it.
// The place is then the worker's, and both are given back by end, or after what goOn does.
func (p *pool) begin(pl *place) *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, waits := p.line.First(); waits || !p.mayStart(p.line.Held(pl.owner)) {
		return nil
	}
	p.line.Hold(pl.owner, 1)
	p.running++
	return &worker{pool: p, place: pl}
}

// yield lets others work, and keeps the place.
func (w *worker) yield() {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	w.stop()
}

// stop counts a worker less. The caller holds the pool.
func (w *worker) stop() {
	if w.yielded {
		return
	}
	w.yielded = true
	w.pool.running--
	w.pool.line.Hold(w.place.owner, -1)
	w.pool.serve()
}

// leave gives back the worker and the place.
func (w *worker) leave() {
	w.pool.mu.Lock()
	defer w.pool.mu.Unlock()
	w.stop()
	w.pool.release(w.place)
}

// end gives everything back.
func (w *worker) end() {
	w.leave()
	w.pool.done.Done()
}

// goOn does the rest of the work beside the request, gives everything back, and then
// does what is after.
func (w *worker) goOn(rest, after func()) {
	go func() {
		rest()
		w.leave()
		after()
		w.pool.done.Done()
	}()
}
