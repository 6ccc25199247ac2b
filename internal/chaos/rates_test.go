package chaos

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
)

// TestOneHostileDIDAmongAHundred lets one DID send ten times what it may, while
// a hundred others send what they may. The one is told when to come back, the
// others are served.
func TestOneHostileDIDAmongAHundred(t *testing.T) {
	const honest, times = 100, 10
	capacity := loadscale.Size(t, 10, 100) // requests per second of one DID
	rounds := loadscale.Size(t, 5, 30)     // requests of each honest DID, one per second
	w := newTown(t)
	p := w.spawn(t, filepath.Join(t.TempDir(), "agent"), map[string]string{
		"LIMITS__RATE_PER_DID": strconv.Itoa(capacity), "LIMITS__RATE_BURST": strconv.Itoa(capacity), "LOG__LEVEL": "info", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra,
	})
	p.untilServing()
	hostile := w.newCaller(t)
	flood := p.overrun(t, hostile, times*capacity)
	var served, asked atomic.Int64
	var refusals sync.Map
	var callers sync.WaitGroup
	began := time.Now()
	for range honest {
		c := w.newCaller(t)
		client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: c.tls(t, p.name)}}
		callers.Go(func() {
			defer client.CloseIdleConnections()
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for range rounds {
				asked.Add(1)
				if wrong := p.onceAs(t, c, client); wrong == "" {
					served.Add(1)
				} else {
					refusals.Store(wrong, true)
				}
				<-tick.C
			}
		})
	}
	callers.Wait()
	took := time.Since(began)
	got := flood.end()
	refusals.Range(func(what, _ any) bool { t.Logf("an honest DID: %v", what); return true })
	share := float64(served.Load()) / float64(asked.Load())
	t.Logf("%d honest DIDs: %d of %d served in %s (%.2f%%); hostile: %s, %.1f times its capacity",
		honest, served.Load(), asked.Load(), took.Round(time.Millisecond), 100*share, got, float64(got.sent())/flood.lasted.Seconds()/float64(capacity))
	if share < 0.999 {
		t.Error("that is less than 99.9%")
	}
	got.judge(t, int64(capacity)+int64(float64(capacity)*flood.lasted.Seconds())+1)
}

// onceAs says what went wrong with one request, "" if nothing.
func (p *process) onceAs(t *testing.T, c *caller, client *http.Client) string {
	r, err := c.sign(p.url, "hello")
	if err != nil {
		return err.Error()
	}
	answer, err := probe.SendOn(t.Context(), client, r)
	switch {
	case err != nil:
		return err.Error()
	case answer.Status != http.StatusOK || answer.Reason != "":
		return answer.String()
	}
	return ""
}

// overrunning is a flood of good requests of one DID.
type overrunning struct {
	counts verdicts
	lasted time.Duration
	end    func() *verdicts // ends it and joins its goroutines
}

type verdicts struct{ admitted, limited, silent, other atomic.Int64 }

func (v *verdicts) sent() int64 {
	return v.admitted.Load() + v.limited.Load() + v.silent.Load() + v.other.Load()
}

func (v *verdicts) String() string {
	return fmt.Sprintf("%d sent, %d admitted, %d answered 429", v.sent(), v.admitted.Load(), v.limited.Load())
}

// judge wants no more admitted than that, and the rest refused with Retry-After.
func (v *verdicts) judge(t *testing.T, most int64) {
	t.Helper()
	if v.admitted.Load() > most || v.limited.Load() == 0 {
		t.Errorf("%s; at most %d should be admitted", v, most)
	}
	if n := v.silent.Load(); n > 0 {
		t.Errorf("%d times 429 without Retry-After", n)
	}
	if n := v.other.Load(); n > 0 {
		t.Errorf("%d other answers", n)
	}
}

// overrun sends so many requests per second of c, as far as the machine allows.
func (p *process) overrun(t *testing.T, c *caller, perSecond int) *overrunning {
	t.Helper()
	const workers = 48
	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: c.tls(t, p.name), MaxIdleConnsPerHost: workers}}
	o := &overrunning{}
	done := make(chan struct{})
	var sending sync.WaitGroup
	began := time.Now()
	for range workers {
		sending.Go(func() {
			tick := time.NewTicker(workers * time.Second / time.Duration(perSecond))
			defer tick.Stop()
			for {
				o.one(t, p, c, client)
				select {
				case <-done:
					return
				case <-tick.C:
				}
			}
		})
	}
	o.end = sync.OnceValue(func() *verdicts {
		close(done)
		sending.Wait()
		o.lasted = time.Since(began)
		client.CloseIdleConnections()
		return &o.counts
	})
	t.Cleanup(func() { o.end() })
	return o
}

func (o *overrunning) one(t *testing.T, p *process, c *caller, client *http.Client) {
	r, err := c.sign(p.url, "hello")
	if err != nil {
		t.Error(err)
		return
	}
	answer, err := probe.SendOn(t.Context(), client, r)
	switch {
	case err != nil:
		o.counts.other.Add(1)
	case answer.Status == http.StatusOK && answer.Reason == "":
		o.counts.admitted.Add(1)
	case answer.Status != http.StatusTooManyRequests:
		o.counts.other.Add(1)
	case answer.RetryAfter == "":
		o.counts.silent.Add(1)
	default:
		o.counts.limited.Add(1)
	}
}
