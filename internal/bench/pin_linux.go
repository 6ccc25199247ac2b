package main

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// allowedCores returns the processors that this process may use.
func allowedCores() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("sched_getaffinity: %w", err)
	}
	var all []int
	for n := 0; len(all) < set.Count(); n++ {
		if set.IsSet(n) {
			all = append(all, n)
		}
	}
	return all, nil
}

// pinned calls start on a thread that runs on the processors of set alone, as
// will the processes that start starts: they inherit it. An empty set changes
// nothing.
func pinned(set []int, start func() error) error {
	if len(set) == 0 {
		return start()
	}
	var before, wanted unix.CPUSet
	for _, n := range set {
		wanted.Set(n)
	}
	runtime.LockOSThread()
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("sched_getaffinity: %w", err)
	}
	if err := unix.SchedSetaffinity(0, &wanted); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("sched_setaffinity: %w", err)
	}
	err := start()
	if unix.SchedSetaffinity(0, &before) == nil {
		runtime.UnlockOSThread() // else the thread ends with its goroutine
	}
	return err
}
