//go:build !linux

package main

import "time"

// beat tells when the next of many equal intervals has passed.
type beat struct {
	ticker *time.Ticker
	every  time.Duration
	last   time.Time
}

func newBeat(interval time.Duration) (*beat, error) {
	return &beat{time.NewTicker(interval), interval, time.Now()}, nil
}

// wait returns how many intervals have passed since it returned last, when one has.
func (b *beat) wait() (int, error) {
	<-b.ticker.C
	passed := max(1, int(time.Since(b.last)/b.every))
	b.last = b.last.Add(time.Duration(passed) * b.every)
	return passed, nil
}

func (b *beat) stop() { b.ticker.Stop() }
