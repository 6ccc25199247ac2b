package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// beat tells when the next of many equal intervals has passed. The timers of Go's
// runtime wake a process that sleeps to the millisecond; the kernel's do it when it is
// time, so that requests do not come in bunches.
type beat struct{ timer *os.File }

func newBeat(interval time.Duration) (*beat, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("timerfd_create: %w", err)
	}
	timer := os.NewFile(uintptr(fd), "timer")
	every := unix.NsecToTimespec(int64(interval))
	if err := unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Interval: every, Value: every}, nil); err != nil {
		_ = timer.Close()
		return nil, fmt.Errorf("timerfd_settime: %w", err)
	}
	return &beat{timer}, nil
}

// wait returns how many intervals have passed since it returned last, when one has.
func (b *beat) wait() (int, error) {
	var passed [8]byte
	if _, err := b.timer.Read(passed[:]); err != nil {
		return 0, err
	}
	return int(binary.NativeEndian.Uint64(passed[:])), nil
}

func (b *beat) stop() { _ = b.timer.Close() } // nothing was written to it
