package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// cores says on which processors the measured servers run, and on which the
// load and everything else. Both are empty where processes are not pinned.
type cores struct {
	Server, Load []int
}

// arrange gives the servers the last of the allowed processors and the load the
// others. Where there are not two, or pin refuses, nothing is pinned, and why
// says so. allowed and pin are the operating system's.
func arrange(allowed func() ([]int, error), pin func([]int, func() error) error) (c cores, why string) {
	all, err := allowed()
	switch {
	case err != nil:
		return cores{}, "not pinned: " + err.Error()
	case len(all) < 2:
		return cores{}, "not pinned: there is one processor, which servers and load share"
	}
	c = cores{Server: all[len(all)-1:], Load: all[:len(all)-1]}
	for _, set := range [][]int{c.Server, c.Load} {
		if err := pin(set, func() error { return nil }); err != nil {
			return cores{}, "not pinned: " + err.Error()
		}
	}
	return c, ""
}

// maxProcs is the GOMAXPROCS of a process on these processors, "" if it is free
// to take all.
func maxProcs(set []int) string {
	if len(set) == 0 {
		return ""
	}
	return strconv.Itoa(len(set))
}

// String says who runs where.
func (c cores) String() string {
	if len(c.Server) == 0 {
		return "not pinned"
	}
	return fmt.Sprintf("servers on processor %s, load on %s", list(c.Server), list(c.Load))
}

func list(set []int) string {
	words := make([]string, 0, len(set))
	for _, n := range slices.Sorted(slices.Values(set)) {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, ",")
}
