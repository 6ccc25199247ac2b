package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// processClock returns the processor time of all threads of a process, ended
// ones too, in user and kernel mode, in nanoseconds. The id of the clock is made
// as clock_getcpuclockid(3) makes it.
func processClock(pid int) (int64, error) {
	const schedulerClock = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedulerClock), &t); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
	}
	return t.Nano(), nil
}
