package gate

import (
	"fmt"
	"testing"
	"time"
)

func TestPeersAreAddressesOrNetworks(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:5":             "192.0.2.1",
		"[::ffff:192.0.2.1]:5":    "192.0.2.1",
		"[2001:db8::1]:5":         "2001:db8::/64",
		"[fe80::1%eth0]:5":        "fe80::/64",
		"[2001:db8:0:1:2::1]:500": "2001:db8:0:1::/64",
		"@":                       "@",
		"pipe:x":                  "pipe:x",
	} {
		if got := peerOf(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

// From however many addresses a token is used, it fills 65 shares and no more,
// and those at other addresses keep theirs while it does.
func TestAddressesOfOneNameAreBounded(t *testing.T) {
	m := newMeter(Limits{Rate: 1, Burst: 1, InFlight: 1})
	for i := range 1000 {
		p, _, err := m.acquire("a", fmt.Sprint(i))
		if known := i <= addressesPerName; (err == nil) != known {
			t.Fatalf("address %d: %v", i, err)
		}
		p.release()
	}
	if _, _, err := m.acquire("b", "0"); err != nil {
		t.Errorf("another name: %v", err)
	}
	total := 0
	for i := range m.shards {
		total += len(m.shards[i].callers)
	}
	if total != addressesPerName+2 {
		t.Errorf("%d shares, want %d", total, addressesPerName+2)
	}
	m.t = m.t.Add(time.Minute)
	if _, _, err := m.acquire("a", "new"); err != nil {
		t.Errorf("after all are idle: %v", err)
	}
	for i := range m.shards {
		if n := m.shards[i].addresses["a"]; n > 1 {
			t.Errorf("%d addresses are counted", n)
		}
	}
}

// Bodies that nobody has signed yet may be held at many addresses at once.
func TestUnsignedBodiesHaveAnEighthOfTheShare(t *testing.T) {
	for held, want := range map[int64]int64{64 << 20: 8 << 20, 4 << 20: 2 << 20} {
		l := Limits{BodyBytes: 2 << 20, BodyBytesHeld: held}
		if got := l.unproved().BodyBytesHeld; got != want {
			t.Errorf("of %d: %d, want %d", held, got, want)
		}
	}
}

func TestBytesAreGivenBack(t *testing.T) {
	m := newMeter(Limits{BodyBytes: 1, BodyBytesHeld: 10})
	first, _, _ := m.acquire("a", "")
	second, _, _ := m.acquire("a", "")
	other, _, _ := m.acquire("b", "")
	for _, step := range []struct {
		p     *place
		bytes int64
		want  bool
	}{{first, 6, true}, {second, 4, true}, {second, 1, false}, {first, 1, false}, {other, 10, true}} {
		if got := step.p.hold(step.bytes); got != step.want {
			t.Errorf("%d bytes: %v", step.bytes, got)
		}
	}
	first.release()
	if !second.hold(6) || second.hold(1) {
		t.Error("what was given back is not there, or too much is")
	}
	second.release()
	if n := second.caller.bytes; n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}
