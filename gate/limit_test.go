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
	"github.com/getbindu/bindu-go/identity/signature"
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
// back: the time since then would be credited a second time. With a certificate
// they were charged when they began; without one the signer is charged now.
func TestSlowBodiesRefillNoRate(t *testing.T) {
	const burst, slow = 5, 4
	for name, tt := range map[string]struct {
		configure func(*gate.Config)
		want      int
	}{
		"certified": {func(*gate.Config) {}, slow + burst},
		"by token":  {func(c *gate.Config) { c.Mode = gate.ModeOff }, burst},
	} {
		t.Run(name, func(t *testing.T) {
			if admitted := admittedTogether(t, burst, slow, tt.configure); admitted != tt.want {
				t.Errorf("%d admitted at one moment, want %d", admitted, tt.want)
			}
		})
	}
}

// admittedTogether lets bodies that began a minute ago end, each followed by two
// more requests, and counts what is admitted.
func admittedTogether(t *testing.T, burst, slow int, configure func(*gate.Config)) (admitted int) {
	var now atomic.Int64
	now.Store(testNow.Unix())
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	b := newBench(t, configure, func(c *gate.Config) {
		c.Now, c.Replay = clock, replay.NewMemory(clock, 0, 1_000_000)
		c.Limits = gate.Limits{Rate: 0.1, Burst: burst}
	})
	codes := make(chan int)
	var bodies []heldBody
	for range slow {
		body := heldBody{strings.NewReader(testBody), make(chan struct{}, 1), make(chan struct{})}
		r := b.request(signature.JCS1, testBody)
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
	count := func(code int) {
		if code == http.StatusOK {
			admitted++
		}
	}
	for _, body := range bodies {
		close(body.free)
		count(<-codes)
		for range 2 {
			w, _ := b.do(b.request(signature.JCS1, testBody))
			count(w.Code)
		}
	}
	return admitted
}
