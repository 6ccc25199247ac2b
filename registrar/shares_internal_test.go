package registrar

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
)

// One address that takes all that it gets leaves more than half, and any number of them
// leave something for whoever has few.
func TestNoAddressHasAllStreams(t *testing.T) {
	t.Parallel()
	for name, dids := range map[string]int{"that are about many": MaxFollowed, "that are about few": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShares()
			fill := func(address string) {
				for s.fit(address, dids, share{}) {
					s.take(address, dids)
				}
			}
			fill("192.0.2.0")
			if s.all.streams > MaxStreams/2 || s.all.dids > maxFollowedTogether/2 {
				t.Errorf("one address has %+v", s.all)
			}
			for i := range 20 {
				fill(fmt.Sprintf("192.0.2.%d", i+1))
			}
			for i := range 50 {
				address := fmt.Sprintf("198.51.100.%d", i)
				if !s.fit(address, 10, share{}) {
					t.Fatalf("after 21 greedy addresses the %dth has nothing: %+v", i, s.all)
				}
				s.take(address, 10)
			}
		})
	}
}

// In place of what it has an address may have as much and no more, in all.
func TestAStreamInPlaceOfAnother(t *testing.T) {
	t.Parallel()
	s := newShares()
	for i := 0; s.all.dids < maxFollowedTogether*7/8; i++ { // all but the half of what is for those who have few
		s.take(fmt.Sprintf("192.0.2.%d", i), MaxFollowed/8)
	}
	const own, few = "198.51.100.1", maxFollowedTogether / 1024
	s.take(own, few-1)
	for _, tt := range []struct {
		dids      int
		inPlaceOf share
		want      bool
	}{
		{1, share{}, true}, {2, share{}, false}, {few, share{1, few - 1}, true}, {few + 1, share{1, few - 1}, false}, {few, share{1, few - 2}, false},
	} {
		if got := s.fit(own, tt.dids, tt.inPlaceOf); got != tt.want {
			t.Errorf("%d DIDs in place of %+v: %v", tt.dids, tt.inPlaceOf, got)
		}
	}
	follower := &stream{address: own, followed: make([]did.DID, 7)}
	other := &stream{address: "198.51.100.2", followed: make([]did.DID, 9)}
	next := &stream{address: own}
	for _, tt := range []struct {
		own  []*stream
		want *stream
	}{{nil, nil}, {[]*stream{other}, nil}, {[]*stream{follower}, follower}, {[]*stream{follower, other}, follower}, {[]*stream{follower, other, next}, next}} {
		if got := next.before(tt.own); got != tt.want {
			t.Errorf("before it is %+v, want %+v", got, tt.want)
		}
	}
}

// Whatever comes and goes, all is what the addresses have together, and no more than may be.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	random, s := rand.New(rand.NewPCG(1, 0)), newShares()
	type taken struct {
		address string
		dids    int
	}
	var open []taken
	for range 20_000 {
		if len(open) > 0 && random.IntN(3) == 0 {
			i := random.IntN(len(open))
			s.giveBack(open[i].address, open[i].dids)
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
			continue
		}
		one := taken{fmt.Sprint(random.IntN(40)), random.IntN(MaxFollowed + 1)}
		if s.fit(one.address, one.dids, share{}) {
			s.take(one.address, one.dids)
			open = append(open, one)
		}
	}
	var sum share
	for _, one := range open {
		sum.streams++
		sum.dids += one.dids
	}
	if sum != s.all || sum.streams > MaxStreams || sum.dids > maxFollowedTogether || len(open) == 0 {
		t.Errorf("%+v are open, %+v counted", sum, s.all)
	}
	for _, one := range open {
		s.giveBack(one.address, one.dids)
	}
	if s.all != (share{}) || len(s.ofAddress) != 0 {
		t.Errorf("left are %+v and %d addresses", s.all, len(s.ofAddress))
	}
}
