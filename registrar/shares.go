package registrar

import "slices"

// share is what somebody has of the streams, and of the DIDs that they are about.
type share struct{ streams, dids int }

// shares are who has how much of what all may have together, by address, so that agents of
// one address do not keep those of others from being told.
type shares struct {
	all       share
	ofAddress map[string]share
}

func newShares() shares { return shares{ofAddress: make(map[string]share)} }

// fit reports whether an address may have one stream more, about so many DIDs, in place of
// something that it has.
func (s *shares) fit(address string, dids int, inPlaceOf share) bool {
	all, held := s.all, s.ofAddress[address]
	for _, of := range []*share{&all, &held} {
		of.streams += 1 - inPlaceOf.streams
		of.dids += dids - inPlaceOf.dids
	}
	return fits(held.streams, all.streams, MaxStreams) && fits(held.dids, all.dids, maxFollowedTogether)
}

// take gives an address one stream more.
func (s *shares) take(address string, dids int) {
	held := s.ofAddress[address]
	for _, of := range []*share{&s.all, &held} {
		of.streams++
		of.dids += dids
	}
	s.ofAddress[address] = held
}

// before returns the last stream of the same follower and address, nil if there is none.
func (s *stream) before(own []*stream) *stream {
	for _, last := range slices.Backward(own) {
		if last.address == s.address {
			return last
		}
	}
	return nil
}

func (s *shares) giveBack(address string, dids int) {
	held := s.ofAddress[address]
	for _, of := range []*share{&s.all, &held} {
		of.streams--
		of.dids -= dids
	}
	if s.ofAddress[address] = held; held.streams == 0 {
		delete(s.ofAddress, address)
	}
}

// fits reports whether somebody may hold so many where all hold so many of a number. Who
// has some gets more while as much is free for others; the last quarter is for those who
// have few.
func fits(held, all, of int) bool {
	return all <= of && (held <= of-all-of/4 || held <= of/1024)
}
