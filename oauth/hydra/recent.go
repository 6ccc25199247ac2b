package hydra

import "time"

// recently is how long a token that was active is expected to stay so: if Hydra
// then says otherwise, it is asked once more.
const recently = 60 * time.Second

// Recent returns how many tokens were active within the last minute, and how
// many of them Hydra has called inactive since. A large share means that
// Hydra has lost its storage rather than that so many tokens were revoked. So
// that this shows for as long as it lasts, the minute ends with the last flip
// while Hydra has called no token active since.
func (i *Introspector) Recent() (active, flipped int) {
	until := i.cfg.Now()
	if flip := i.lastFlip.Load(); flip != nil && i.lastActive().Before(*flip) {
		until = *flip
	}
	since := until.Add(-recently)
	for v := range i.verdicts.Values() {
		if v.lastActive.After(since) {
			active++
			if v.flipped {
				flipped++
			}
		}
	}
	return active, flipped
}

// lastActive returns when Hydra was last asked about a token that it called active.
func (i *Introspector) lastActive() (last time.Time) {
	for v := range i.verdicts.Values() {
		if v.lastActive.After(last) {
			last = v.lastActive
		}
	}
	return last
}
