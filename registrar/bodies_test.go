package registrar_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// withheld is a body whose end does not come before it is let go.
type withheld struct {
	io.Reader
	waits, end chan struct{}
	once       sync.Once
}

func (w *withheld) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err == nil {
		return n, nil
	}
	w.once.Do(func() { w.waits <- struct{}{} })
	<-w.end
	return 0, io.ErrUnexpectedEOF
}

func (w *withheld) Close() error { return nil }

// TestBodiesWhoseEndDoesNotComeLeaveRoom: whoever withholds the ends of many bodies is
// told so before they fill the memory, and other addresses are answered meanwhile.
func TestBodiesWhoseEndDoesNotComeLeaveRoom(t *testing.T) {
	t.Parallel()
	const many = 100_000
	f := newFixture(t, func(c *registrar.Config) {
		c.Mode, c.Rates = registrar.ModeOpen, registrar.Rates{Stranger: many, Strangers: many, Known: many, Questions: many}
	})
	alice := f.registered("alice")
	waits, end, answers := make(chan struct{}), make(chan struct{}), make(chan registrartest.Answer)
	ask := func(r *http.Request) {
		r.Body = &withheld{Reader: strings.NewReader("token=" + strings.Repeat("x", 40_000)), waits: waits, end: end}
		answers <- registrartest.Ask(f, r)
	}
	held := 0
	var refused registrartest.Answer
	for refused.Status == 0 {
		go ask(alice.Sign(t, alice.Question(f.Config.Self, "token", f.Clock.Now())))
		select {
		case <-waits:
			held++
		case refused = <-answers:
		}
	}
	want(t, refused, http.StatusServiceUnavailable, "overloaded")
	if refused.Header.Get("Retry-After") != "1" || refused.Header.Get("Connection") != "close" {
		t.Errorf("%v", refused.Header)
	}
	if held < 100 || held > 400 { // 16 MiB of twice 40 kB
		t.Errorf("one address holds %d bodies", held)
	}
	r := alice.Sign(t, alice.Question(f.Config.Self, "token", f.Clock.Now()))
	r.RemoteAddr = "198.51.100.7:1234"
	want(t, registrartest.Ask(f, r), http.StatusOK, "")
	close(end)
	for range held {
		want(t, <-answers, http.StatusBadRequest, "body_incomplete")
	}
	for range 2 {
		want(t, f.ask(alice, "an introspection"), http.StatusOK, "")
	}
}
