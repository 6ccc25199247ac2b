package task

// The shares of owners in the pool. Both in the queue and on the workers, an
// owner that holds something gets more only while it holds less than is free:
// one alone ends at half, and there is always as much for others. An owner that
// holds nothing gets one place beyond what all share, as long as one of the
// reserve is left. Each place of the reserve costs another owner, so that it
// takes more owners than Reserve to keep others waiting.

// mayStart reports whether an owner that holds so many workers, hung executors
// included, gets one now.
func (p *pool) mayStart(held int) bool {
	free := p.workers() - p.running
	if held == 0 || p.stopped {
		return free > -p.limits.Reserve
	}
	return held < free
}

// mayWait reports whether an owner gets a place for one more job.
func (p *pool) mayWait(pl *place) bool {
	free := p.limits.Workers + p.limits.Queue - p.admitted
	if pl.admitted == 0 {
		return free > -p.limits.Reserve
	}
	return pl.admitted < free
}

// isStuck reports whether an owner would get no worker even if nothing ran,
// because of executors that hang: its own, or too many of everybody's.
func (p *pool) isStuck(pl *place) bool {
	if pl.hung == 0 {
		return p.workers() <= -p.limits.Reserve
	}
	return pl.hung >= p.workers()
}

// workers is how many all share. Executors that hang still hold what they hold:
// as many of them as there are workers are put up with, each further one takes
// a worker's place.
func (p *pool) workers() int {
	return p.limits.Workers - max(0, p.hung-p.limits.Workers)
}
