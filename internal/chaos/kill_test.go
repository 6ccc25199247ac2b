package chaos

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/did"
)

// killsOfOneLife is how often the program is killed over one directory before
// the next one starts from nothing: the first start has most to lose.
const killsOfOneLife = 10

// TestHostile137KilledAtAnyMoment kills the program at random moments of its
// start and of its renewals. Whatever the moment: the directory starts again,
// as the same agent with the same secret and with a key that fits its certificate.
func TestHostile137KilledAtAnyMoment(t *testing.T) {
	rounds := 100
	if text := os.Getenv("CHAOS_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("CHAOS_ROUNDS: %v", err)
		}
	}
	w := newTown(t)
	var left, inBoot, inRenewal atomic.Int64
	left.Store(int64(rounds))
	var workers sync.WaitGroup
	defer workers.Wait()
	for range 8 {
		workers.Go(func() {
			for left.Add(-killsOfOneLife) > -killsOfOneLife && !t.Failed() {
				t.Run("life", func(t *testing.T) {
					v := &victim{t: t, town: w, dir: filepath.Join(t.TempDir(), "agent"), boot: 300 * time.Millisecond}
					for range killsOfOneLife / 2 {
						v.killInBoot()
						inBoot.Add(1)
						v.killInRenewal()
						inRenewal.Add(1)
					}
				})
			}
		})
	}
	workers.Wait()
	t.Logf("killed %d times while starting, %d times while renewing", inBoot.Load(), inRenewal.Load())
}

// victim is one directory and what must not change about it.
type victim struct {
	t      *testing.T
	town   *town
	dir    string
	boot   time.Duration // what the last start took
	name   did.DID
	secret string
}

// spawn starts the program on the directory, with certificates that are
// replaced every half second.
func (v *victim) spawn() *process {
	with := map[string]string{"MTLS__CERT_TTL": "1500ms", "MTLS__RENEW_BEFORE": "1s"}
	if rand.IntN(2) == 0 {
		with["AGENT__URL"] = "https://victim.example.com:3773" // else each start repairs the registration
	}
	return v.town.spawn(v.t, v.dir, with)
}

// killInBoot kills a start before it is over, or shortly after.
func (v *victim) killInBoot() {
	v.t.Helper()
	p := v.spawn()
	v.elapse(p, time.Duration(rand.Float64()*1.1*float64(v.boot)))
	p.kill()
	v.inspect(false)
}

// killInRenewal lets the directory start, and kills it while it renews: at a
// random moment, or where the new certificate is being saved.
func (v *victim) killInRenewal() {
	v.t.Helper()
	began := time.Now()
	p := v.spawn()
	p.untilServing()
	v.boot = time.Since(began)
	v.inspect(true)
	if rand.IntN(2) == 0 {
		v.elapse(p, time.Duration(rand.Int64N(int64(800*time.Millisecond))))
	} else {
		select {
		case <-p.log.next("certificate renewed"):
		case <-time.After(patience):
			v.t.Fatalf("no renewal\n%s", p.log)
		}
		v.elapse(p, time.Duration(rand.Int64N(int64(10*time.Millisecond))))
	}
	p.kill()
	v.inspect(true)
	// Only now: while the program lives it may replace the files between two looks.
	if err := loadPair(v.t, v.dir, v.name, v.town.ca.Issuer()); err != nil {
		v.t.Fatal(err)
	}
}

// elapse lets time pass, unless the process ends.
func (v *victim) elapse(p *process, d time.Duration) {
	v.t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ended:
		v.t.Fatalf("the agent ended by itself: %v\n%s", p.err, p.log)
	}
}

// inspect looks at the directory the way the next start will. After a start
// that ended well everything has to be there.
func (v *victim) inspect(whole bool) {
	v.t.Helper()
	var id home.Identity
	h, err := home.Enter(v.dir) // the program may be running
	if err == nil {
		id, err = h.Identity(nil)
	}
	if err != nil && (whole || !v.name.IsZero() || !errors.Is(err, home.ErrNoIdentity)) {
		v.t.Fatal(err)
	}
	name := id.DID
	if !v.name.IsZero() && name != v.name {
		v.t.Fatalf("the agent was %s and is %s", v.name, name)
	}
	if v.name = name; name.IsZero() {
		return // killed before there was anybody
	}
	credentials, err := h.Credentials(name)
	switch {
	case err == nil && v.secret != "" && credentials.ClientSecret != v.secret:
		v.t.Fatal("the client secret is another one")
	case err == nil:
		v.secret = credentials.ClientSecret
	case whole || v.secret != "" || !errors.Is(err, home.ErrNoCredentials):
		v.t.Fatal(err)
	}
}
