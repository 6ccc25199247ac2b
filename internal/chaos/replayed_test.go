package chaos

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/probe"
)

const (
	copies        = 10
	replayWorkers = 100
)

// shuffled returns each number below n as often as there are copies, those of
// one within a fifth of the whole: so some first copies are on their way
// whenever the program is stopped.
func shuffled(n int) []int {
	at := make([]float64, 0, copies*n) // where each copy goes
	for i := range copies * n {
		at = append(at, float64(i%n)+rand.Float64()*float64(n)/5)
	}
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(at[i], at[j]) })
	for i := range order {
		order[i] %= n
	}
	return order
}

// TestReplaysAcrossARestart sends copies of captured requests from many
// workers and starts the program again midway. Each request is accepted once,
// whichever copy it was and whichever life of the program; after kill -9 those
// whose answer was lost may have been executed, but none twice.
func TestReplaysAcrossARestart(t *testing.T) {
	for _, stop := range []struct {
		name   string
		signal syscall.Signal
		lost   int // requests that may stay without an answer: one per worker
	}{{"SIGTERM", syscall.SIGTERM, 0}, {"kill -9", syscall.SIGKILL, replayWorkers}} {
		t.Run(stop.name, func(t *testing.T) {
			r := newReplayer(t, loadscale.Size(t, 200, 10_000))
			r.send(t, stop.signal)
			r.judge(t, stop.lost)
		})
	}
}

// replayer has captured requests and counts what became of each.
type replayer struct {
	town     *town
	dir      string
	executed string // a file with a line of each execution
	config   *tls.Config
	life     atomic.Pointer[life]

	captured []probe.Request
	outcomes []tally

	mu    sync.Mutex
	other map[string]int // answers that no copy should get
}

// life is the program between two starts.
type life struct {
	process *process
	client  *http.Client
	serving chan struct{} // closed when client can be used
}

type tally struct{ accepted, replayed, unavailable, broken atomic.Int32 }

func newReplayer(t *testing.T, n int) *replayer {
	t.Helper()
	w, base := newTown(t), t.TempDir()
	r := &replayer{
		town: w, dir: filepath.Join(base, "agent"), executed: filepath.Join(base, "executed"),
		outcomes: make([]tally, n), other: make(map[string]int),
	}
	c := w.newCaller(t)
	p := r.spawn(t)
	r.config = c.tls(t, p.name)
	r.life.Store(r.newLife(t, p))
	for i := range n {
		proofs := probe.Proofs{Token: c.token, Signer: c.name, Key: c.key, Scheme: signature.Reference, Time: time.Now()}
		if i%2 == 0 {
			proofs.Scheme, proofs.Audience = signature.JCS1, p.name
		}
		request, err := proofs.Sign(p.url, probe.Message(fmt.Sprintf("request-%d\n", i)))
		if err != nil {
			t.Fatal(err)
		}
		r.captured = append(r.captured, request)
	}
	return r
}

// spawn starts the program whose command leaves a trace of each execution.
func (r *replayer) spawn(t *testing.T) *process {
	t.Helper()
	p := r.town.spawn(t, r.dir, map[string]string{
		"AGENT__BACKEND": "exec", "AGENT__COMMAND": `["sh", "-c", "exec cat >>'` + r.executed + `'"]`,
		"LIMITS__RATE_PER_DID": "1000000", "LIMITS__RATE_BURST": "1000000", "LOG__LEVEL": "info", "HYDRA__INTROSPECTION_TIMEOUT": slowHydra,
		"TASK__MAX_PER_DID": "1000000",
	})
	p.untilServing()
	return p
}

func (r *replayer) newLife(t *testing.T, p *process) *life {
	l := &life{process: p, serving: make(chan struct{}), client: &http.Client{
		Timeout: patience, Transport: &http.Transport{TLSClientConfig: r.config, MaxIdleConnsPerHost: replayWorkers},
	}}
	t.Cleanup(l.client.CloseIdleConnections)
	close(l.serving)
	return l
}

// send fires all copies, shuffled, and starts the program again after half.
func (r *replayer) send(t *testing.T, stop syscall.Signal) {
	t.Helper()
	total := int64(copies * len(r.captured))
	order := shuffled(len(r.captured))
	var next atomic.Int64
	half := make(chan struct{})
	var workers sync.WaitGroup
	defer workers.Wait()
	began := time.Now()
	for range replayWorkers {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < total; i = next.Add(1) - 1 {
				if i == total/2 {
					close(half)
				}
				if i%10_000 == 0 {
					t.Logf("%d of %d copies after %s", i, total, time.Since(began).Round(time.Millisecond))
				}
				r.one(t, order[i])
			}
		})
	}
	<-half
	r.restart(t, stop)
}

// restart ends the program in the middle of its work. Workers whose requests
// are under way lose them; the others wait for the next life.
func (r *replayer) restart(t *testing.T, stop syscall.Signal) {
	t.Helper()
	old := r.life.Load()
	waiting := &life{serving: make(chan struct{})}
	defer close(waiting.serving) // also when the test ends here
	r.life.Store(waiting)
	old.process.signal(stop)
	old.client.CloseIdleConnections() // the drain waits seconds for those that never carried a request
	old.process.untilEnded()
	next := r.newLife(t, r.spawn(t))
	waiting.process, waiting.client = next.process, next.client
}

func (r *replayer) one(t *testing.T, i int) {
	l := r.life.Load()
	<-l.serving
	if l.process == nil {
		return // it did not start again, which has ended the test
	}
	request := r.captured[i]
	request.URL = l.process.url + "/"
	answer, err := probe.SendOn(t.Context(), l.client, request)
	o := &r.outcomes[i]
	switch {
	case err != nil:
		o.broken.Add(1)
	case answer.Status == http.StatusOK && strings.Contains(answer.Body, `"completed"`):
		o.accepted.Add(1)
	case answer.Status == http.StatusConflict && answer.Reason == "replayed":
		o.replayed.Add(1)
	case answer.Status == http.StatusServiceUnavailable:
		o.unavailable.Add(1)
	default:
		r.mu.Lock()
		r.other[answer.String()+" "+answer.Body[:min(len(answer.Body), 200)]]++
		r.mu.Unlock()
	}
}

// judge compares what the callers were told with what was executed.
func (r *replayer) judge(t *testing.T, mayBeLost int) {
	t.Helper()
	for answer, n := range r.other {
		t.Errorf("%d times %s", n, answer)
	}
	executions := r.executions(t)
	var accepted, replayed, unavailable, broken, lost, unanswered int
	for i := range r.outcomes {
		o := &r.outcomes[i]
		yes, executed := int(o.accepted.Load()), executions[fmt.Sprintf("request-%d", i)]
		accepted, replayed = accepted+yes, replayed+int(o.replayed.Load())
		unavailable, broken = unavailable+int(o.unavailable.Load()), broken+int(o.broken.Load())
		switch {
		case yes > 1 || executed > 1 || yes > executed:
			t.Errorf("request %d was accepted %d times and executed %d times", i, yes, executed)
		case yes == 0 && o.broken.Load() == 0:
			t.Errorf("request %d was never accepted and no answer was lost", i)
		case yes == 0:
			lost++
			unanswered += executed
		}
	}
	t.Logf("%d requests, %d copies each: %d accepted, %d replayed, %d unavailable, %d connections broken; %d without an answer, %d of them executed",
		len(r.captured), copies, accepted, replayed, unavailable, broken, lost, unanswered)
	if lost > mayBeLost || accepted+lost != len(r.captured) {
		t.Errorf("%d of %d accepted, %d lost", accepted, len(r.captured), lost)
	}
	if replayed == 0 {
		t.Error("nothing was refused as replayed")
	}
}

// executions counts the lines that the command wrote.
func (r *replayer) executions(t *testing.T) map[string]int {
	t.Helper()
	data, err := os.ReadFile(r.executed)
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[string]int)
	for line := range strings.Lines(string(data)) {
		count[strings.TrimSpace(line)]++
	}
	return count
}
