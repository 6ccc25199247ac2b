package gate_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
)

// heldBody says that it is being read, and ends when it is let go.
type heldBody struct {
	io.Reader
	reading, free chan struct{}
}

func (h heldBody) Read(p []byte) (int, error) {
	select {
	case h.reading <- struct{}{}:
	default: // it was said before
	}
	<-h.free
	return h.Reader.Read(p)
}

func (heldBody) Close() error { return nil }

// Requests that began long ago must not set the clock of their caller's rate
// back: the time since then would be credited a second time.
func TestSlowBodiesRefillNoRate(t *testing.T) {
	var now atomic.Int64
	now.Store(testNow.Unix())
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	const burst, slow = 5, 4
	b := newBench(t, func(c *gate.Config) {
		c.Now, c.Replay = clock, replay.NewMemory(clock, 0, 0)
		c.Limits = gate.Limits{Rate: 0.1, Burst: burst}
	})
	codes := make(chan int)
	var bodies []heldBody
	for range slow {
		body := heldBody{strings.NewReader(testBody), make(chan struct{}, 1), make(chan struct{})}
		r := b.request(did.SchemeJCS, testBody)
		r.Body = body
		go func() {
			w := httptest.NewRecorder()
			b.chain.ServeHTTP(w, r)
			codes <- w.Code
		}()
		select {
		case <-body.reading:
		case code := <-codes:
			t.Fatalf("refused with %d before its body was read", code)
		}
		bodies = append(bodies, body)
	}
	now.Add(60)
	admitted := 0
	count := func(code int) {
		if code == http.StatusOK {
			admitted++
		}
	}
	for _, body := range bodies {
		close(body.free)
		count(<-codes)
		for range 2 {
			w, _ := b.do(b.request(did.SchemeJCS, testBody))
			count(w.Code)
		}
	}
	if admitted != burst {
		t.Errorf("%d admitted at one moment, want the burst of %d", admitted, burst)
	}
}
