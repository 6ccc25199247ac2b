package main

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// stock is what a run sends.
type stock struct {
	requests [][]byte
	again    bool // from the start, when all are sent
	next     atomic.Int64
}

// take returns the next request, nil when there is none.
func (s *stock) take() []byte {
	n := int(s.next.Add(1) - 1)
	if s.again {
		n %= len(s.requests)
	}
	if n >= len(s.requests) {
		return nil
	}
	return s.requests[n]
}

// drive sends requests over the connections, each as soon as the one before is
// answered, and returns how long each took.
func drive(open []*connection, s *stock, result bool, stop *atomic.Bool) ([]time.Duration, error) {
	var workers sync.WaitGroup
	took, failures := make([][]time.Duration, len(open)), make([]error, len(open))
	for i, c := range open {
		workers.Go(func() {
			for !stop.Load() && failures[i] == nil {
				request := s.take()
				if request == nil {
					return
				}
				began := time.Now()
				status, body, err := c.exchange(request)
				if failures[i] = errors.Join(err, judge(status, body, result)); failures[i] == nil {
					took[i] = append(took[i], time.Since(began))
				}
			}
			stop.Store(stop.Load() || failures[i] != nil)
		})
	}
	workers.Wait()
	return slices.Concat(took...), errors.Join(failures...)
}
