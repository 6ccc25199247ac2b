package task

import "time"

// pace is how soon this process learns what others do to the same store.
type pace struct {
	// lease is how long the runs of a process outlive it at most, where others use its
	// store.
	lease time.Duration
	// read is how long a reader waits before it looks for what another process
	// appended. What this process appends wakes it.
	read time.Duration
}

// renew is the pause between renewals of the lease, and between looks for lost runs.
func (p pace) renew() time.Duration { return p.lease / 3 }

func paceOf(cfg Config) pace {
	if cfg.Shared {
		return pace{lease: 9 * time.Second, read: time.Second}
	}
	return pace{lease: time.Minute, read: 10 * time.Second}
}
