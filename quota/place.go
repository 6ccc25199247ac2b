package quota

// Place is that of one request among those of its payer in progress. Its methods
// may be called concurrently, and on nil, which is the place where nothing limits.
type Place struct {
	shard    *shard
	share    *share
	bytes    int64 // held by this one
	released bool
}

// Hold counts more bytes for as long as the place is held, and reports false if
// the share has no room for them, or the place was given back: then they are not
// counted.
func (p *Place) Hold(bytes int64) bool {
	if p == nil {
		return true
	}
	p.shard.mu.Lock()
	defer p.shard.mu.Unlock()
	if limit := p.share.limits.Bytes; p.released || (limit > 0 && bytes > limit-p.share.bytes) {
		return false
	}
	p.share.bytes += bytes
	p.bytes += bytes
	return true
}

// Held returns how many bytes the place holds.
func (p *Place) Held() int64 {
	if p == nil {
		return 0
	}
	p.shard.mu.Lock()
	defer p.shard.mu.Unlock()
	return p.bytes
}

// Release gives the place back, and what it holds. Calling it again does nothing.
func (p *Place) Release() {
	if p == nil {
		return
	}
	p.shard.mu.Lock()
	defer p.shard.mu.Unlock()
	if p.released {
		return
	}
	p.released = true
	p.share.concurrent--
	p.share.bytes -= p.bytes
}
