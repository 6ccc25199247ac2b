package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/quota"
)

// counted are quotas on a clock set by hand.
type counted struct {
	*policy.Quotas
	t   *testing.T
	now time.Time
}

func newCounted(t *testing.T, rules policy.QuotaRules) *counted {
	c := &counted{t: t, now: noon}
	c.Quotas = policy.NewQuotas(rules, func() time.Time { return c.now })
	return c
}

// acquire wants a place, or the refusal by the given limit.
func (c *counted) acquire(caller string, want quota.Limit) (release func()) {
	c.t.Helper()
	release, err := c.Acquire(caller)
	if want == "" {
		if err != nil {
			c.t.Fatalf("%s at %v: %v", caller, c.now, err)
		}
		return release
	}
	c.refused(err, want)
	if release != nil {
		c.t.Errorf("%s: a refusal has something to give back", caller)
	}
	return func() {}
}

func (c *counted) refused(err error, want quota.Limit) {
	c.t.Helper()
	if exceeded, ok := errors.AsType[*quota.Error](err); !ok || exceeded.Limit != want || exceeded.RetryAfter <= 0 {
		c.t.Errorf("at %v: %v, want the limit %s", c.now, err, want)
	}
}

// Each limit of a file is one that is counted.
func TestEveryLimitOfAFileCounts(t *testing.T) {
	for text, want := range map[string]quota.Limit{
		"{rate: 0.5, burst: 2}": quota.Rate, "{concurrent: 2}": quota.Concurrent, "{daily: 2}": quota.Daily,
	} {
		p := parse(t, "version: 1\ndefault: allow\nquotas: {default: "+text+"}\n")
		c := newCounted(t, p.Quotas())
		release := c.acquire("did:a:1", "")
		c.acquire("did:a:1", "")
		c.acquire("did:a:1", want)
		c.acquire("did:a:2", "") // others are not affected
		if release(); want == quota.Concurrent {
			c.acquire("did:a:1", "")
		}
		c.acquire("did:a:1", want)
	}
}

func TestCallersMayHaveQuotasOfTheirOwn(t *testing.T) {
	ann := identity.Caller{Claims: oauth.Claims{Issuer: "https://issuer", ClientID: "client", Subject: "ann"}}
	p := parse(t, "version: 1\ndefault: allow\nquotas:\n  default: {daily: 1}\n  callers:\n    did:a:big: {daily: 3}\n    oauth:https%3A%2F%2Fissuer:client:ann: {daily: 2}\n    did:a:free: {}\n")
	c := newCounted(t, p.Quotas())
	for did, daily := range map[string]int{"did:a:small": 1, "did:a:big": 3, ann.Name(): 2} {
		for range daily {
			c.acquire(did, "")
		}
		c.acquire(did, quota.Daily)
	}
	for range 1000 {
		c.acquire("did:a:free", "")()
	}
}

func TestChangedQuotasKeepWhatWasUsed(t *testing.T) {
	path := rulesFile(t, "version: 1\ndefault: allow\nquotas: {default: {daily: 5, rate: 100}}")
	e := open(t, policy.Config{Path: path, Now: func() time.Time { return noon }})
	c := &counted{e.Quotas(), t, noon}
	for range 4 {
		c.acquire("did:a:1", "")
	}
	write(t, path, "version: 1\ndefault: allow\nquotas: {default: {daily: 4, rate: 1}}")
	if err := e.Reload(); err != nil {
		t.Fatal(err)
	}
	c.acquire("did:a:1", quota.Daily)
	write(t, path, allowAll)
	if err := e.Reload(); err != nil {
		t.Fatal(err)
	}
	c.acquire("did:a:1", "")
}

// Of requests that end together each is judged by its own moment, also when
// they come to the counter in another order: 168.
func TestHostile168QuotaIsJudgedByNow(t *testing.T) {
	c := newCounted(t, policy.QuotaRules{Default: policy.Quota{Rate: 1, Burst: 5}})
	admitted := 0
	for range 300 {
		if c.Exhausted("did:a:1") == nil {
			if release, err := c.Acquire("did:a:1"); err == nil {
				release()
				admitted++
			}
		}
	}
	if admitted != 5 {
		t.Errorf("%d admitted, want the burst of 5", admitted)
	}
	c.now = c.now.Add(time.Second)
	if err := c.Exhausted("did:a:1"); err != nil {
		t.Errorf("after a second: %v", err)
	}
}

// To ask whether a share is used up takes nothing of it.
func TestExhaustedChargesNothing(t *testing.T) {
	c := newCounted(t, policy.QuotaRules{Default: policy.Quota{Rate: 1, Burst: 1, Concurrent: 1, Daily: 2}})
	for range 10 {
		if err := c.Exhausted("did:a:1"); err != nil {
			t.Fatal(err)
		}
	}
	release := c.acquire("did:a:1", "")
	c.refused(c.Exhausted("did:a:1"), quota.Concurrent)
	release()
	c.refused(c.Exhausted("did:a:1"), quota.Rate)
	c.now = c.now.Add(time.Minute)
	if err := c.Exhausted("did:a:1"); err != nil {
		t.Errorf("after a minute: %v", err)
	}
}
