package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// slot is one server under one kind of work.
type slot struct {
	target
	row
}

// group is what is measured in the same rounds.
type group struct {
	Connections, Body int
	PerSecond         int // that are due, 0 for as many as are answered
	Slots             []slot
}

// String names the load.
func (g group) String() string {
	switch {
	case g.Body == 0:
		return fmt.Sprintf("%d connections", g.Connections)
	case g.PerSecond > 0:
		return fmt.Sprintf("%d connections, bodies of %s, %d requests per second", g.Connections, size(g.Body), g.PerSecond)
	}
	return fmt.Sprintf("%d connections, bodies of %s", g.Connections, size(g.Body))
}

// measure runs rounds of a group: each of its slots in turn, forwards and
// backwards, so that whatever changes on the machine changes for all. A round
// before the first shows how much has to be signed, and does not count.
func (s *stand) measure(ctx context.Context, g group, rounds int, each time.Duration) ([]sample, error) {
	var all []sample
	for round := range rounds + 1 {
		slots, length := slices.Clone(g.Slots), each
		if round > 0 && round%2 == 0 {
			slices.Reverse(slots)
		}
		if round == 0 {
			length = each / 2
		}
		s.say("%s, %s", g, roundName(round, rounds))
		for _, slot := range slots {
			found, err := s.ask(ctx, order{
				Kind: orderRun, Target: slot.target, Row: slot.Key, Connections: g.Connections, Body: g.Body, PerSecond: g.PerSecond, Duration: length,
			})
			if err != nil {
				return nil, fmt.Errorf("%s, %s, %d connections: %w", slot.target.Name, slot.row.Name, g.Connections, err)
			}
			if found.Round = round; round > 0 {
				all = append(all, found)
			}
		}
	}
	return all, nil
}

func roundName(round, rounds int) string {
	if round == 0 {
		return "before the first round"
	}
	return fmt.Sprintf("round %d of %d", round, rounds)
}
