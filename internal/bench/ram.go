package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
)

// ram is the memory of a process, in bytes: resident, and resident with shared
// pages divided among those who share them.
type ram struct {
	RSS, PSS int64
}

// ramOf reads /proc/PID/smaps_rollup.
func ramOf(pid int) (ram, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return ram{}, err
	}
	return parseRollup(text)
}

// errRollup means that a text is none of /proc/PID/smaps_rollup.
var errRollup = errors.New("not the text of /proc/PID/smaps_rollup")

func parseRollup(text []byte) (ram, error) {
	var r ram
	found := 0
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var name, unit string
		var size int64
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %s", &name, &size, &unit); err != nil || unit != "kB" {
			continue
		}
		switch name {
		case "Rss:":
			r.RSS = size << 10
			found++
		case "Pss:":
			r.PSS = size << 10
			found++
		}
	}
	if found != 2 {
		return ram{}, errRollup
	}
	return r, nil
}
