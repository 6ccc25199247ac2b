package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of times in /proc/PID/stat: USER_HZ is 100 wherever Go runs.
const tick = 10 * time.Millisecond

// cpuTime returns the processor time that a process has used so far, of all its
// threads, in user and kernel mode. It is asked of the process's clock, and of
// /proc/PID/stat, which is coarser, where there is no such clock.
func cpuTime(pid int) (time.Duration, error) {
	if ns, err := processClock(pid); err == nil {
		return time.Duration(ns), nil
	}
	user, system, err := statTime(pid)
	return user + system, err
}

func statTime(pid int) (user, system time.Duration, err error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	return parseStat(line)
}

// errStat means that a line is none of /proc/PID/stat.
var errStat = errors.New("not a line of /proc/PID/stat")

// parseStat reads utime and stime, the fields 14 and 15 of proc_pid_stat(5). The
// name of the program, field 2, may hold anything, parentheses too.
func parseStat(line []byte) (user, system time.Duration, err error) {
	end := bytes.LastIndexByte(line, ')')
	if end < 0 {
		return 0, 0, errStat
	}
	fields := bytes.Fields(line[end+1:]) // from field 3 on
	const utime, stime = 14 - 3, 15 - 3
	if len(fields) <= stime {
		return 0, 0, errStat
	}
	for _, f := range []struct {
		index int
		into  *time.Duration
	}{{utime, &user}, {stime, &system}} {
		ticks, err := strconv.ParseUint(string(fields[f.index]), 10, 63)
		if err != nil {
			return 0, 0, fmt.Errorf("%w: %w", errStat, err)
		}
		*f.into = time.Duration(ticks) * tick
	}
	return user, system, nil
}
