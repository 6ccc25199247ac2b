package soak

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/settings"
)

// grace is how long after an authority is back requests may still fail.
const grace = 5 * time.Second

// TestSoak is scenario 16: nothing grows and nothing fails, however long it
// runs, but for what a Hydra that is away must make fail. A step-ca that is
// away is no excuse at all.
func TestSoak(t *testing.T) {
	measurable(t)
	p := newPlan(t)
	t.Log(p)
	authorities := authoritytest.Start(t, authoritytest.Options{TokenTTL: p.tokenTTL})
	s := &soak{t: t, plan: p, authorities: authorities}
	s.load.to = spawn(t, build(t), s.env("callee"))
	caller := s.caller()
	s.load.from = caller.Outbound()
	ctx, cancel := context.WithCancel(t.Context())
	defer s.load.workers.Wait()
	defer cancel()
	s.began = time.Now()
	s.load.run(ctx, p.rps)
	s.watch()
	cancel()
	s.load.workers.Wait()
	s.judge()
}

type soak struct {
	t           *testing.T
	plan        plan
	authorities *authoritytest.Authority
	load        load
	began       time.Time
	last        sample
	samples     []sample      // since the warm-up, without those of faults
	hydras, cas int           // restarts
	away        time.Duration // Hydra, in all
}

func (s *soak) env(name string) map[string]string {
	env := s.authorities.Env()
	maps.Copy(env, map[string]string{
		"AGENT__NAME": name, "AGENT__AUTHOR": "soak@example.com", "AGENT__DIR": filepath.Join(s.t.TempDir(), name),
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0", "LOG__FORMAT": "json",
		"MTLS__CERT_TTL": s.plan.certTTL.String(), "MTLS__RENEW_BEFORE": (s.plan.certTTL * 5 / 6).String(),
		// A connection ends well before the certificate that it was opened with.
		"LIMITS__CONNECTION_AGE": min(time.Minute, s.plan.certTTL/5).String(),
	})
	if s.plan.total < time.Hour {
		env["HYDRA__INTROSPECTION_TIMEOUT"] = "10s" // a short run may share its machine
	}
	return env
}

// caller is an agent in this process: it sends, and renews as the other does.
func (s *soak) caller() *agent.Agent {
	s.t.Helper()
	var environ []string
	for name, value := range s.env("caller") {
		environ = append(environ, name+"="+value)
	}
	set, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := agent.New(agent.Options{Settings: set, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Error("the caller: ", err)
		}
	})
	select {
	case <-a.Serving():
	case <-time.After(patience):
		s.t.Fatal("the caller does not serve")
	}
	return a
}

// watch takes samples and restarts the authorities in turn until the time is over.
func (s *soak) watch() {
	end, tooLate := time.After(s.plan.total), time.After(3*s.plan.total)
	var tickers []*time.Ticker
	every := func(d time.Duration) <-chan time.Time {
		tickers = append(tickers, time.NewTicker(d))
		return tickers[len(tickers)-1].C
	}
	sampling, progress, restart := every(s.plan.sampling), every(s.plan.progress), every(s.plan.restarts/2)
	defer func() {
		for _, ticker := range tickers {
			ticker.Stop()
		}
	}()
	var healed <-chan time.Time // when the last fault stops being an excuse; nil without one
	for {
		select {
		case <-end:
			if len(s.samples) >= fewestSamples {
				return
			}
			end = time.After(s.plan.sampling) // a slow machine spends long in faults
		case <-tooLate:
			s.t.Fatalf("only %d samples outside faults\n%s", len(s.samples), s.load.to.log())
		case <-s.load.to.ended:
			s.t.Fatalf("the agent ended: %v\n%s", s.load.to.err, s.load.to.log())
		case <-healed:
			healed = nil
			s.load.edge()
		case <-restart:
			if s.cas <= s.hydras {
				s.restartStepCA()
				continue
			}
			if healed == nil {
				s.load.edge()
			}
			s.restartHydra()
			healed = time.After(grace)
		case <-sampling:
			s.sample(healed == nil)
		case <-progress:
			s.report()
		}
	}
}

func (s *soak) restartHydra() {
	began := time.Now()
	s.authorities.StopHydra()
	s.authorities.StartHydra()
	s.away += time.Since(began)
	s.hydras++
}

func (s *soak) restartStepCA() {
	s.authorities.StopStepCA()
	s.authorities.StartStepCA()
	s.cas++
}

// sample measures; what is measured in a fault or in the warm-up is not kept.
func (s *soak) sample(keep bool) {
	now, err := s.load.to.measure(s.t.Context(), s.began)
	if err != nil {
		s.t.Error(err)
		return
	}
	s.last = now
	if keep && now.at > s.plan.warmUp {
		s.samples = append(s.samples, now)
	}
}

func (s *soak) report() {
	s.t.Logf("%s: %d served, %d failed, %d excused, %d certificates, %d+%d restarts (Hydra away for %s); RSS %.1f MiB, %.0f goroutines, %.0f files",
		time.Since(s.began).Round(time.Second), s.load.served.Load(), s.load.failed.Load(), s.load.excused.Load(),
		s.load.certificates.Load(), s.hydras, s.cas, s.away.Round(time.Second), s.last.rss, s.last.goroutines, s.last.fds)
}

// Bounds of what a run may have grown by. A slope of RSS means nothing in a
// short run, where the collector's rhythm moves it by more.
const (
	longRun       = 6 * time.Hour
	rssPerHour    = 1  // MiB, of a long run
	rssInAll      = 64 // MiB, of a short one
	countsInAll   = 10 // goroutines, files
	fewestSamples = 10
)

func (s *soak) judge() {
	s.report()
	s.load.check(s.t)
	all := trends(s.samples)
	s.t.Logf("%d samples after the warm-up\n%s", len(s.samples), table(all))
	for _, trend := range all[1:] {
		if trend.fromStart > countsInAll {
			s.t.Errorf("%.1f more %s over the run", trend.fromStart, trend.name)
		}
	}
	switch rss := all[0]; {
	case s.plan.total >= longRun && rss.perHour > rssPerHour:
		s.t.Errorf("RSS grows by %.2f MiB an hour", rss.perHour)
	case rss.fromStart > rssInAll:
		s.t.Errorf("RSS grew by %.1f MiB", rss.fromStart)
	}
	if n, want := s.load.certificates.Load(), max(3, int64(s.plan.total/s.plan.certTTL)); n < want {
		s.t.Errorf("only %d certificates were seen, want %d", n, want)
	}
	if s.hydras == 0 || s.cas == 0 {
		s.t.Errorf("Hydra was restarted %d times, step-ca %d times", s.hydras, s.cas)
	}
}
