package chaos

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/probe"
)

// slowHydra keeps the agent patient with the stand-in for Hydra, which shares the
// machine with the attacker.
const slowHydra = "20s"

// steady is somebody honest who asks again and again over kept connections.
type steady struct {
	t    *testing.T
	stop func() // ends it and joins its goroutines; may be called again

	mu     sync.Mutex
	took   []time.Duration // since the last cut
	wrong  []string
	client *http.Client
}

// connectionsOfSteady is how many of its requests are on their way at once.
const connectionsOfSteady = 4

// ask starts asking p on behalf of c.
func (p *process) ask(t *testing.T, c *caller, config *tls.Config) *steady {
	t.Helper()
	s := &steady{t: t, client: &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: connectionsOfSteady},
	}}
	done := make(chan struct{})
	var workers sync.WaitGroup
	for range connectionsOfSteady {
		workers.Go(func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for {
				s.once(c, p.url)
				select {
				case <-done:
					return
				case <-tick.C:
				}
			}
		})
	}
	s.stop = sync.OnceFunc(func() {
		close(done)
		workers.Wait()
		s.client.CloseIdleConnections()
	})
	t.Cleanup(s.stop)
	return s
}

func (s *steady) once(c *caller, url string) {
	r, err := c.sign(url, "hello")
	if err != nil {
		s.note(0, err.Error())
		return
	}
	began := time.Now()
	answer, err := probe.SendOn(s.t.Context(), s.client, r)
	took := time.Since(began)
	switch {
	case err != nil:
		s.note(took, err.Error())
	case answer.Status != http.StatusOK || answer.Reason != "":
		s.note(took, answer.String())
	default:
		s.note(took, "")
	}
}

func (s *steady) note(took time.Duration, wrong string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, took)
	if wrong != "" {
		s.wrong = append(s.wrong, wrong)
	}
}

// cut returns what was measured since the last cut. Every request counts, those
// that went wrong included; and none may have gone wrong.
func (s *steady) cut(phase string) latencies {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) > 0 {
		s.t.Errorf("%s: %d of %d honest requests went wrong, one with %s", phase, len(s.wrong), len(s.took), s.wrong[0])
	}
	l := latencies(s.took)
	slices.Sort(l)
	s.took, s.wrong = nil, nil
	s.t.Logf("%s: %s", phase, l)
	return l
}

// watch lets it ask for a while.
func (s *steady) watch(phase string, d time.Duration) latencies {
	s.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
	return s.cut(phase)
}

// latencies are sorted.
type latencies []time.Duration

func (l latencies) share(percent int) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[(len(l)-1)*percent/100]
}

func (l latencies) String() string {
	return fmt.Sprintf("%d honest requests, p50 %s, p99 %s", len(l), l.share(50).Round(10*time.Microsecond), l.share(99).Round(10*time.Microsecond))
}

// jitter is what a busy machine adds to the slowest requests. Beside the other
// tests on two cores that is much, and changes from second to second: there
// only callers who are kept waiting fail the test.
func jitter() time.Duration {
	if os.Getenv("LOAD_SCALE") == "" {
		return 3 * time.Second
	}
	return 250 * time.Millisecond
}

// wantUndisturbed wants the 99th percentile at most twice that of base, but for
// what the machine adds: attacker, authorities and agent share its cores.
func (l latencies) wantUndisturbed(t *testing.T, phase string, base latencies) {
	t.Helper()
	if len(l) == 0 || len(base) == 0 {
		t.Fatalf("%s: nothing was measured", phase)
	}
	p99, before := l.share(99), base.share(99)
	t.Logf("%s: p99 is %.1f times the baseline's (scenario: at most 2)", phase, float64(p99)/float64(before))
	if p99 > 2*before+jitter() {
		t.Errorf("%s: p99 %s, without the attack %s", phase, p99, before)
	}
}
