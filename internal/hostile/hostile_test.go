package hostile

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// row is one number of the list: what is sent and what has to come back.
type row struct {
	number int
	reason string // with the number, the test's name
	sent   string // for docs/hostile.md
	gets   string // for docs/hostile.md, where the want says too little
	with   string // settings of the agent
	want   want
	// Each case has to be answered with want.
	cases cases
	// run, if set, does the row's work in another way.
	run func(*testing.T, *house)
}

// cases are spoils by what they do.
type cases map[string]spoil

func (r row) name() string { return fmt.Sprintf("%03d_%s", r.number, r.reason) }

// rows are all rows of the suite, in the order of their numbers.
func rows() []row {
	all := slices.Concat(
		tlsRows(),
		tokenRows(),
		authorityRows(),
		signatureRows(),
		replayRows(),
		httpRows(),
		rawRows(),
		limitRows(),
		http2Rows(),
		protocolRows(),
		signingRows(),
		shareRows(),
		serverRows(),
		answerRows(),
		trustRows(),
		recordRows(),
		routeRows(),
		grpcRows(),
		mcpRows(),
	)
	slices.SortStableFunc(all, func(a, b row) int { return a.number - b.number })
	return all
}

func TestHostile(t *testing.T) {
	w := newTown(t)
	seen := make(map[string]bool)
	for _, r := range rows() {
		if seen[r.name()] {
			t.Errorf("two rows are called %s", r.name())
		}
		seen[r.name()] = true
		t.Run(r.name(), func(t *testing.T) {
			h := w.house(r.with)
			for _, name := range slices.Sorted(maps.Keys(r.cases)) {
				t.Run(name, func(t *testing.T) {
					s := aim(t, h)
					r.cases[name](s)
					r.want.refuses(s, r.reason)
				})
				if r.want.alert == "" {
					t.Run(name+" over HTTP2", func(t *testing.T) { overHTTP2(t, r, h, name) })
				}
			}
			if r.run != nil {
				r.run(t, h)
			}
		})
	}
}

// overHTTP2 makes the same request in HTTP/2, where it can be made.
func overHTTP2(t *testing.T, r row, h *house, name string) {
	s := aim(t, h)
	r.cases[name](s)
	if s.bytes(); !s.fitsHTTP2() || r.want.code == 0 && r.want.name == "" && r.want.reach != served {
		return // net/http answers in its own way
	}
	w := r.want
	w.closed = false // GOAWAY says so
	w.fired(s, s.sendHTTP2, r.reason)
}
