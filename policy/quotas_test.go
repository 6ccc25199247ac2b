package policy_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/policy"
)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// acquire wants a place, or the refusal by the given limit.
func acquire(t *testing.T, q *policy.Quotas, did string, now time.Time, want policy.Limit) (release func(), wait time.Duration) {
	t.Helper()
	release, err := q.Acquire(did, at(now))
	if want == "" {
		if err != nil {
			t.Errorf("%s at %v: %v", did, now, err)
			return func() {}, 0
		}
		return release, 0
	}
	var quota *policy.QuotaError
	if !errors.As(err, &quota) || !errors.Is(err, policy.ErrQuota) || quota.Limit != want || release != nil {
		t.Errorf("%s at %v: %v, want the limit %s", did, now, err, want)
		return func() {}, 0
	}
	return nil, quota.RetryAfter
}

func TestRateQuota(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Rate: 2, Burst: 3}})
	for range 3 {
		acquire(t, q, "did:a:1", noon, "")
	}
	_, wait := acquire(t, q, "did:a:1", noon, policy.LimitRate)
	if wait != 500*time.Millisecond {
		t.Errorf("told to wait %v, want 500ms", wait)
	}
	acquire(t, q, "did:a:2", noon, "") // others are not affected
	acquire(t, q, "did:a:1", noon.Add(wait), "")
	acquire(t, q, "did:a:1", noon.Add(wait), policy.LimitRate)
}

func TestConcurrentQuota(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Concurrent: 2}})
	first, _ := acquire(t, q, "did:a:1", noon, "")
	acquire(t, q, "did:a:1", noon, "")
	acquire(t, q, "did:a:1", noon, policy.LimitConcurrent)
	first()
	first() // a second time gives nothing back
	acquire(t, q, "did:a:1", noon, "")
	acquire(t, q, "did:a:1", noon, policy.LimitConcurrent)
}

func TestDailyQuota(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Daily: 2}})
	late := time.Date(2026, 6, 1, 23, 59, 0, 0, time.UTC)
	acquire(t, q, "did:a:1", late, "")
	acquire(t, q, "did:a:1", late, "")
	_, wait := acquire(t, q, "did:a:1", late, policy.LimitDaily)
	if wait != time.Minute {
		t.Errorf("told to wait %v, want a minute", wait)
	}
	acquire(t, q, "did:a:1", late.Add(wait), "")
	acquire(t, q, "did:a:1", late, "") // the clock stepped back: still the new day
	acquire(t, q, "did:a:1", late, policy.LimitDaily)
}

func TestARefusedRequestIsNotCharged(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Rate: 1, Burst: 5, Concurrent: 1, Daily: 3}})
	release, _ := acquire(t, q, "did:a:1", noon, "")
	for range 10 {
		acquire(t, q, "did:a:1", noon, policy.LimitConcurrent)
	}
	release()
	for range 2 {
		release, _ = acquire(t, q, "did:a:1", noon, "")
		release()
	}
	acquire(t, q, "did:a:1", noon, policy.LimitDaily)
}

func TestCallersMayHaveQuotasOfTheirOwn(t *testing.T) {
	p := parse(t, "version: 1\ndefault: allow\nquotas:\n  default: {daily: 1}\n  callers:\n    did:a:big: {daily: 3}\n    did:a:free: {}\n")
	q := policy.NewQuotas(p.Quotas())
	for did, daily := range map[string]int{"did:a:small": 1, "did:a:big": 3} {
		for range daily {
			acquire(t, q, did, noon, "")
		}
		acquire(t, q, did, noon, policy.LimitDaily)
	}
	for range 1000 {
		acquire(t, q, "did:a:free", noon, "")
	}
}

func TestChangedQuotasKeepWhatWasUsed(t *testing.T) {
	path := rulesFile(t, "version: 1\ndefault: allow\nquotas: {default: {daily: 5, rate: 100}}")
	e := open(t, policy.Config{Path: path})
	for range 4 {
		acquire(t, e.Quotas(), "did:a:1", noon, "")
	}
	write(t, path, "version: 1\ndefault: allow\nquotas: {default: {daily: 4, rate: 1}}")
	if err := e.Reload(); err != nil {
		t.Fatal(err)
	}
	acquire(t, e.Quotas(), "did:a:1", noon, policy.LimitDaily)
	write(t, path, allowAll)
	if err := e.Reload(); err != nil {
		t.Fatal(err)
	}
	acquire(t, e.Quotas(), "did:a:1", noon, "")
}

func TestQuotasUnderConcurrency(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Daily: 100}})
	var wg sync.WaitGroup
	var mu sync.Mutex
	admitted := 0
	for range 20 {
		wg.Go(func() {
			for range 50 {
				if release, err := q.Acquire("did:a:1", at(noon)); err == nil {
					release()
					mu.Lock()
					admitted++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if admitted != 100 {
		t.Errorf("%d admitted, want 100", admitted)
	}
}

// TestAFloodDoesNotForgetWhoIsBusy makes room many times over while one caller has
// a request in progress.
func TestAFloodDoesNotForgetWhoIsBusy(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Concurrent: 1}})
	busy, _ := acquire(t, q, "did:busy", noon, "")
	for i := range 150_000 {
		if release, err := q.Acquire(fmt.Sprintf("did:flood:%d", i), at(noon)); err == nil {
			release()
		}
	}
	acquire(t, q, "did:busy", noon, policy.LimitConcurrent)
	busy()
	acquire(t, q, "did:busy", noon, "")
}

// TestMemoryIsBounded floods the counter with callers that each use their share:
// the bound holds, and the next day there is room again.
func TestMemoryIsBounded(t *testing.T) {
	q := policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Daily: 10}})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	refused := 0
	for i := range 200_000 {
		release, err := q.Acquire(fmt.Sprintf("did:flood:%d", i), at(noon))
		if err != nil {
			refused++
			continue
		}
		release()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if refused == 0 {
		t.Error("nobody was refused: the number of callers is not bounded")
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	acquire(t, q, "did:honest", noon.AddDate(0, 0, 1), "")
	runtime.KeepAlive(q)
}
