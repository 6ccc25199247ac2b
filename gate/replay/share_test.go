package replay

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
)

func newRoom(total int64) *room {
	r := &room{}
	r.init(0, total)
	return r
}

// greedy is an owner that takes all it can; it returns how many keys it got.
func (r *room) greedy() (n int64) {
	for n < r.share() && r.take() {
		n++
	}
	return n
}

// The instance: each of four greedy callers took half of what was left, and
// the caller that mattered got 429.
func TestHostile170WhoHoldsNothingHasRoom(t *testing.T) {
	for _, total := range []int64{1000, 10_000} {
		s := newSet(0, total)
		now := time.Unix(1_800_000_000, 0)
		use := func(owner, key int) error {
			fp := fingerprint{byte(owner), byte(owner >> 8), 2: byte(key), 3: byte(key >> 8)}
			return s.use(entry{owner: ownerID(owner), key: fp, expires: now.Unix() + 301}, now)
		}
		for owner := range 80 {
			key := 0
			for use(owner, key) == nil {
				key++
			}
			if key == 0 {
				t.Fatalf("of %d: greedy caller %d got no room", total, owner)
			}
			expect(t, "who holds nothing", use(1000+owner, 0), nil)
		}
		if held := s.room.held.Load(); held > total {
			t.Errorf("%d keys of %d", held, total)
		}
	}
}

// A caller that comes late gets less than those before it, and never nothing
// while there is anything; nobody gets more than its documented part.
func TestHostile170SharesShrinkAsTheMemoryFills(t *testing.T) {
	for _, total := range []int64{1000, defaultTotal, 10 * defaultTotal} {
		r := newRoom(total)
		last, owners := r.perOwner, 0
		for {
			got := r.greedy()
			if got > last || got > total*ownerPercent/100 {
				t.Fatalf("of %d: owner %d got %d keys after one with %d", total, owners, got, last)
			}
			if got == 0 {
				break
			}
			last, owners = got, owners+1
		}
		if r.held.Load() != total {
			t.Errorf("of %d: room for %d is left although nobody gets any", total, total-r.held.Load())
		}
		if owners < 150 {
			t.Errorf("of %d: %d owners shut everybody else out", total, owners)
		}
	}
}

// Owners in different shards do not see each other: the sum holds all the same.
func TestHostile170TheTotalHoldsWhenAllComeAtOnce(t *testing.T) {
	const total, owners = 1000, 400
	s, now := newSet(0, total), time.Unix(1_800_000_000, 0)
	var wg sync.WaitGroup
	for owner := range owners {
		wg.Go(func() {
			for key := range 400 {
				e := entry{owner: ownerID(owner), key: fingerprint{byte(owner), byte(owner >> 8), 2: byte(key), 3: byte(key >> 8)}, expires: now.Unix() + 301}
				if err := s.use(e, now); err != nil {
					expect(t, "beyond the share", err, gate.ErrQuota)
					return
				}
			}
		})
	}
	wg.Wait()
	var held int64
	for i := range s.shards {
		held += s.shards[i].held
	}
	if held > total || held != s.room.held.Load() {
		t.Errorf("%d keys are held, %d counted, %d allowed", held, s.room.held.Load(), total)
	}
}

// Two owners who both saw that one key is free do not both get it.
func TestHostile170TheLastRoomIsTakenOnce(t *testing.T) {
	for _, total := range []int64{10, 1000} {
		t.Run(fmt.Sprint(total), func(t *testing.T) {
			r := newRoom(total)
			r.held.Store(total - 1)
			first, second := r.share(), r.share()
			if first != 1 || second != 1 {
				t.Fatalf("shares %d and %d of the last key", first, second)
			}
			if !r.take() || r.take() || r.held.Load() != total {
				t.Errorf("%d of %d are held", r.held.Load(), total)
			}
			if r.share() != 0 {
				t.Errorf("a share of %d when nothing is free", r.share())
			}
		})
	}
}

// What docs/security-model.md says of the memory is what the code does.
func TestHostile170DocumentedBoundsAreTheCodes(t *testing.T) {
	page, err := os.ReadFile("../../docs/security-model.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newStore(nil, sized(Config{BootID: "b"}))
	perOwner := s.set.room.perOwner
	// A key takes room until the slot ends in which it expires.
	steady := perOwner / (s.lifetime + slotSeconds)
	ahead := perOwner / (s.lifetime + s.window + slotSeconds)
	wanted := []string{
		fmt.Sprintf("| signatures remembered | %s, of one DID %s |", thousands(s.set.room.total), thousands(perOwner)),
		fmt.Sprintf("%d requests per second for good", steady),
		fmt.Sprintf("%d when its clock is %d s ahead", ahead, s.window),
		fmt.Sprintf("%d %% of `LIMITS__REPLAY_ENTRIES`", ownerPercent),
		fmt.Sprintf("at most %d s after a crash of the machine", horizonAhead+1),
		fmt.Sprintf("until %d s after the start", unknownAhead),
	}
	r := newRoom(defaultTotal)
	owners := 0
	for got := r.greedy(); got > 0; got = r.greedy() {
		switch owners {
		case 0, 1, 2, 5, 10, 100, 1000:
			wanted = append(wanted, fmt.Sprintf("| %s | %s |", thousands(int64(owners)), thousands(got)))
		}
		owners++
	}
	wanted = append(wanted, fmt.Sprintf("| %s | none", thousands(int64(owners))))
	for _, line := range wanted {
		if !strings.Contains(string(page), line) {
			t.Errorf("docs/security-model.md does not say %q", line)
		}
	}
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
