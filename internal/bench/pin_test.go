package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func willing([]int, func() error) error { return nil }

func TestArrange(t *testing.T) {
	refused := errors.New("operation not permitted")
	for _, test := range []struct {
		name         string
		allowed      []int
		pin          func([]int, func() error) error
		server, load []int
		why          string
	}{
		{"two", []int{0, 1}, willing, []int{1}, []int{0}, ""},
		{"of many, all but one for the load", []int{2, 3, 5, 7}, willing, []int{7}, []int{2, 3, 5}, ""},
		{"one is shared", []int{0}, willing, nil, nil, "one processor"},
		{"pinning is not permitted", []int{0, 1}, func([]int, func() error) error { return refused }, nil, nil, "not permitted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, why := arrange(func() ([]int, error) { return test.allowed, nil }, test.pin)
			if !slices.Equal(c.Server, test.server) || !slices.Equal(c.Load, test.load) {
				t.Errorf("servers on %v, load on %v", c.Server, c.Load)
			}
			if (why == "") != (test.why == "") || !strings.Contains(why, test.why) {
				t.Errorf("why %q, want %q in it", why, test.why)
			}
			if pinned := len(c.Server) > 0; (maxProcs(c.Server) == "1") != pinned {
				t.Errorf("GOMAXPROCS=%q of the servers", maxProcs(c.Server))
			}
		})
	}
	if c, why := arrange(func() ([]int, error) { return nil, refused }, willing); len(c.Server) > 0 || !strings.Contains(why, "not permitted") {
		t.Errorf("processors unknown: %v, %q", c, why)
	}
}

func TestPinnedStarts(t *testing.T) {
	all, err := allowedCores()
	if err != nil {
		t.Skip(err)
	}
	for _, set := range [][]int{nil, all[:1]} {
		seen := all
		if err := pinned(set, func() (err error) { seen, err = allowedCores(); return err }); err != nil {
			t.Fatalf("on %v: %v", set, err)
		}
		if want := set; set != nil && !slices.Equal(seen, want) {
			t.Errorf("started on %v, want %v", seen, want)
		}
		if after, err := allowedCores(); err != nil || !slices.Equal(after, all) {
			t.Errorf("afterwards on %v, %v; want %v", after, err, all)
		}
	}
	failure := errors.New("no such program")
	if err := pinned(all[:1], func() error { return failure }); !errors.Is(err, failure) {
		t.Errorf("error %v, want that of the start", err)
	}
	if err := pinned([]int{1000}, func() error { t.Error("started elsewhere"); return nil }); err == nil {
		t.Error("pinned to a processor that is not there")
	}
}
