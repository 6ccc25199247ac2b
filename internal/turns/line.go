// Package turns lets owners take turns at what they share, so that however much
// one of them asks for, the others are served.
package turns

import "container/heap"

// Line is who waits for what. The owner that holds least comes first; of those
// that hold the same, the one that was served longest ago. Each owner's items
// keep their order. The zero value is an empty line. It is not safe for
// concurrent use.
type Line[T any] struct {
	lanes   map[string]*lane[T] // of owners that hold or wait
	waiting lanes[T]
	clock   uint64 // counts arrivals and services
}

type lane[T any] struct {
	owner string
	held  int
	items []T
	since uint64 // the clock when it came or was served last
	index int    // in the heap; meaningless without items
}

// Len returns how many items wait.
func (l *Line[T]) Len() int {
	n := 0
	for _, ln := range l.waiting {
		n += len(ln.items)
	}
	return n
}

// Held returns how much an owner holds.
func (l *Line[T]) Held(owner string) int {
	if ln := l.lanes[owner]; ln != nil {
		return ln.held
	}
	return 0
}

// Hold adds n, which may be negative, to what an owner holds.
func (l *Line[T]) Hold(owner string, n int) {
	ln := l.lane(owner)
	ln.held += n
	if len(ln.items) > 0 {
		heap.Fix(&l.waiting, ln.index)
	}
	l.tidy(ln)
}

// Push lets an owner wait for an item more.
func (l *Line[T]) Push(owner string, item T) {
	ln := l.lane(owner)
	ln.items = append(ln.items, item)
	if len(ln.items) == 1 {
		l.clock++
		ln.since = l.clock
		heap.Push(&l.waiting, ln)
	}
}

// First returns whose turn it is; false if nobody waits.
func (l *Line[T]) First() (owner string, ok bool) {
	if len(l.waiting) == 0 {
		return "", false
	}
	return l.waiting[0].owner, true
}

// Pop returns the oldest item of the owner whose turn it is, and sends the
// owner to the end of the line. Somebody must be waiting.
func (l *Line[T]) Pop() T {
	ln := l.waiting[0]
	item := ln.items[0]
	l.clock++
	ln.since = l.clock
	l.remove(ln, 0)
	return item
}

// Remove takes the first matching item of an owner out of the line; false if
// there is none.
func (l *Line[T]) Remove(owner string, match func(T) bool) bool {
	ln := l.lanes[owner]
	if ln == nil {
		return false
	}
	for i, item := range ln.items {
		if match(item) {
			l.remove(ln, i)
			return true
		}
	}
	return false
}

// RemoveAll takes everything out of the line that the matching owners wait for.
func (l *Line[T]) RemoveAll(match func(owner string) bool) map[string][]T {
	removed := make(map[string][]T)
	for _, ln := range l.lanes {
		if len(ln.items) > 0 && match(ln.owner) {
			removed[ln.owner] = ln.items
			ln.items = nil
			heap.Remove(&l.waiting, ln.index)
			l.tidy(ln)
		}
	}
	return removed
}

func (l *Line[T]) lane(owner string) *lane[T] {
	ln := l.lanes[owner]
	if ln == nil {
		if l.lanes == nil {
			l.lanes = make(map[string]*lane[T])
		}
		ln = &lane[T]{owner: owner}
		l.lanes[owner] = ln
	}
	return ln
}

func (l *Line[T]) remove(ln *lane[T], i int) {
	var none T
	if i == 0 {
		ln.items[0] = none // what was served is not kept alive
		ln.items = ln.items[1:]
	} else {
		ln.items = append(ln.items[:i], ln.items[i+1:]...)
	}
	if len(ln.items) > 0 {
		heap.Fix(&l.waiting, ln.index)
		return
	}
	ln.items = nil
	heap.Remove(&l.waiting, ln.index)
	l.tidy(ln)
}

// tidy forgets an owner that neither holds nor waits.
func (l *Line[T]) tidy(ln *lane[T]) {
	if ln.held == 0 && len(ln.items) == 0 {
		delete(l.lanes, ln.owner)
	}
}

// lanes is a heap of those that wait.
type lanes[T any] []*lane[T]

func (h lanes[T]) Len() int { return len(h) }

func (h lanes[T]) Less(i, j int) bool {
	if h[i].held != h[j].held {
		return h[i].held < h[j].held
	}
	return h[i].since < h[j].since
}

func (h lanes[T]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *lanes[T]) Push(x any) {
	ln := x.(*lane[T])
	ln.index = len(*h)
	*h = append(*h, ln)
}

func (h *lanes[T]) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
