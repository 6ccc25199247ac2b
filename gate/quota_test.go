package gate_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/policy"
)

// quotas is a policy of quotas alone.
type quotas struct{ *policy.Quotas }

func (q quotas) Decide(_ context.Context, c identity.Caller, _ gate.Request) (func(), error) {
	release, err := q.Acquire(c.Name())
	return release, limited(err)
}

func (q quotas) Exhausted(_ context.Context, c identity.Caller) error {
	return limited(q.Quotas.Exhausted(c.Name()))
}

func limited(err error) error {
	if err == nil {
		return nil
	}
	return &gate.Denial{Reason: gate.RateLimited, Cause: err}
}

// The last look comes after the policy has charged the request: a caller that may
// have one has it, however long the disk took.
func TestARequestIsNotRefusedByItsOwnCharge(t *testing.T) {
	for name, tt := range map[string]struct {
		quota policy.Quota
		next  int // what a second request gets when the first is done
	}{
		"one at a time": {policy.Quota{Concurrent: 1}, 200},
		"one a day":     {policy.Quota{Daily: 1}, 429},
		"a burst of 1":  {policy.Quota{Rate: 0.001, Burst: 1}, 429},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			b := newBench(t, clock.on, func(c *gate.Config) {
				c.Policy = quotas{policy.NewQuotas(policy.QuotaRules{Default: tt.quota}, clock.now)}
				c.Replay = slowReplay{c.Replay, func() { clock.Add(int64(gate.ProofAge)) }}
			})
			if w, _ := b.do(b.request(signature.Reference, testBody)); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			r := b.request(signature.JCS1, testBody)
			if tt.next != http.StatusOK {
				r.Body = untouched{t}
			}
			if w, _ := b.do(r); w.Code != tt.next {
				t.Errorf("the next one: %d %s, want %d", w.Code, w.Body, tt.next)
			}
		})
	}
}
