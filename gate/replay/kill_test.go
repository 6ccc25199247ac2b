package replay

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// childVariable makes the test binary the process that is killed.
const (
	childVariable = "REPLAY_TEST_CHILD"
	roundVariable = "REPLAY_TEST_ROUND"
)

// child admits until it is killed, and says so after each admission.
func child(dir string) {
	d, err := safefile.OpenDir(dir, nil)
	if err != nil {
		panic(err)
	}
	s, err := Open(d, sized(Config{Fresh: true}))
	if err != nil {
		panic(err)
	}
	if until, recovering := s.Recovering(); recovering {
		panic(until)
	}
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				owner, _ := did.Parse("did:bindu:test:" + strconv.Itoa(i%17))
				key := fmt.Sprintf("%s-%d-%d", os.Getenv(roundVariable), worker, i)
				signed := time.Now().Unix() + int64(i%11) - 5
				if err := s.Use(context.Background(), owner, key, expiryOf(time.Unix(signed, 0))); err != nil {
					panic(err)
				}
				// One write, so that no line is torn.
				fmt.Fprintf(os.Stdout, "%s %s %d\n", owner, key, signed)
			}
		})
	}
	wg.Wait()
}

// TestHostile080KilledAtAnyMoment kills a real process in the middle of its
// admissions, again and again in one directory: nothing that was acknowledged
// is admitted again.
func TestHostile080KilledAtAnyMoment(t *testing.T) {
	rounds := 24
	if testing.Short() {
		rounds = 8
	}
	dir := newDir(t, nil)
	var all []admitted
	for round := range rounds {
		all = append(all, killOne(t, dir, round)...)
		if round%4 != 3 {
			continue // the next process reads what this one left
		}
		s, err := Open(dir, sized(Config{}))
		if err != nil {
			t.Fatal(err)
		}
		if until, recovering := s.Recovering(); recovering {
			t.Fatalf("round %d: recovering until %v", round, until)
		}
		for _, a := range all {
			if err := a.again(s); err != nil && time.Now().Before(a.expires) {
				expect(t, a.key, err, gate.ErrReplayed)
			} else if err == nil {
				t.Fatalf("round %d: %s was admitted twice", round, a.key)
			}
		}
		s.Close()
	}
	t.Logf("%d admissions over %d kills", len(all), rounds)
	if len(all) < rounds*10 {
		t.Error("too few to show anything")
	}
}

// killOne returns what a process acknowledged before it was killed.
func killOne(t *testing.T, dir *safefile.Dir, round int) (all []admitted) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir.Path(), fmt.Sprintf("%s=%d", roundVariable, round))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	after := 1 + rand.IntN(3000)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		all = append(all, parseAdmitted(t, lines.Text()))
		if len(all) == after {
			cmd.Process.Kill() // and read what it said until then
		}
	}
	if err := cmd.Wait(); err == nil || strings.Contains(stderr.String(), "panic") {
		t.Fatalf("round %d: %v %s", round, err, stderr.String())
	}
	return all
}

func parseAdmitted(t *testing.T, line string) admitted {
	t.Helper()
	var owner, key string
	var signed int64
	if _, err := fmt.Sscan(line, &owner, &key, &signed); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	d, err := did.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	return admitted{d, key, expiryOf(time.Unix(signed, 0))}
}
