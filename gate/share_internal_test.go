package gate

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/quota"
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

// Bodies that nobody has signed yet may be held at many addresses at once.
func TestUnsignedBodiesHaveAnEighthOfTheShare(t *testing.T) {
	for held, want := range map[int64]int64{64 << 20: 8 << 20, 4 << 20: 2 << 20} {
		l := Limits{BodyBytes: 2 << 20, BodyBytesHeld: held}
		if got := l.unproved().Bytes; got != want {
			t.Errorf("of %d: %d, want %d", held, got, want)
		}
	}
}

// The log tells the limits of the gates from the quotas of the operator's rules.
func TestLimitsHaveTheirOwnWords(t *testing.T) {
	for limit, want := range map[quota.Limit]error{
		quota.Rate: errRate, quota.Concurrent: errInFlight, quota.Callers: errTooMany,
	} {
		d := limitDenial(&quota.Error{Limit: limit, RetryAfter: 7 * time.Second})
		if d.Reason != RateLimited || !errors.Is(d, want) || d.RetryAfter != 7*time.Second || d.Hint != "" {
			t.Errorf("%s: %+v", limit, d)
		}
	}
	if d := limitDenial(errBodyShare); d.Reason != RateLimited || d.RetryAfter != retryAfterBusy || d.Hint == "" {
		t.Errorf("bodies: %+v", d)
	}
}
