package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// timed notes the deadlines that are set for an answer.
type timed struct {
	*httptest.ResponseRecorder
	began     time.Time
	deadlines []time.Duration
}

func (w *timed) SetWriteDeadline(t time.Time) error {
	w.deadlines = append(w.deadlines, t.Sub(w.began))
	return nil
}

// Every piece of an answer has its time, and the whole may have one; so has what
// net/http writes behind the rest of a body that was not read.
func TestAnswersHaveTheirTime(t *testing.T) {
	for name, tt := range map[string]struct {
		timeouts Timeouts
		want     []time.Duration
	}{
		"each piece": {Timeouts{Body: time.Minute, Write: 10 * time.Second},
			[]time.Duration{10 * time.Second, 10 * time.Second, 25 * time.Second, 85 * time.Second}},
		"the whole too": {Timeouts{Body: time.Minute, Write: 10 * time.Second, Answer: 20 * time.Second},
			[]time.Duration{10 * time.Second, 10 * time.Second, 20 * time.Second, 20 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Server{config: Config{Timeouts: tt.timeouts}}
				h := s.bounded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					_, _ = w.Write(make([]byte, deadlinePiece+1))
					time.Sleep(15 * time.Second)
					_, _ = w.Write([]byte("the end"))
				}))
				w := &timed{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
				h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
				if !slices.Equal(w.deadlines, tt.want) {
					t.Errorf("deadlines after %v, want %v", w.deadlines, tt.want)
				}
				if n := w.Body.Len(); n != deadlinePiece+8 {
					t.Errorf("%d bytes", n)
				}
			})
		})
	}
}

// On one connection of HTTP/1 a deadline serves the answers that follow for a 64th of its
// time, and never for longer than the one in whose place it is.
func TestOneDeadlineServesSeveralAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		major  int
		body   time.Duration
		answer time.Duration
		want   []time.Duration // of four answers of a byte, after 0 s, 100 ms, 200 ms and, behind a body that was not read, 10 s
	}{
		"HTTP/1":              {1, time.Minute, 0, []time.Duration{10 * time.Second, 10200 * time.Millisecond, 20 * time.Second, 80 * time.Second, 20 * time.Second}},
		"HTTP/1, long bodies": {1, 2 * time.Minute, 0, []time.Duration{10 * time.Second, 10200 * time.Millisecond, 20 * time.Second, 140 * time.Second, 20 * time.Second}},
		"HTTP/2":              {2, time.Minute, 0, []time.Duration{10 * time.Second, 10100 * time.Millisecond, 10200 * time.Millisecond, 20 * time.Second, 20 * time.Second}},
		"a whole, too": {1, time.Minute, 9 * time.Second, []time.Duration{
			9 * time.Second, 9100 * time.Millisecond, 9200 * time.Millisecond, 19 * time.Second, 19 * time.Second, 19 * time.Second,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Server{config: Config{Timeouts: Timeouts{Body: tt.body, Write: 10 * time.Second, Answer: tt.answer}, Now: time.Now}}
				h := s.bounded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/read" {
						_, _ = io.Copy(io.Discard, r.Body)
					}
					_, _ = w.Write([]byte("a"))
				}))
				ctx := context.WithValue(t.Context(), connKey{}, &connection{since: time.Now()})
				w := &timed{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
				for _, request := range []struct {
					after time.Duration
					path  string
				}{{0, "/read"}, {100 * time.Millisecond, "/read"}, {100 * time.Millisecond, "/read"}, {9800 * time.Millisecond, "/"}, {0, "/read"}} {
					time.Sleep(request.after)
					r := httptest.NewRequestWithContext(ctx, "POST", request.path, nil)
					r.ProtoMajor = tt.major
					h.ServeHTTP(w, r)
				}
				if !slices.Equal(w.deadlines, tt.want) {
					t.Errorf("deadlines after %v, want %v", w.deadlines, tt.want)
				}
			})
		})
	}
}

// A reader that takes a little in time for each piece does not hold an answer
// for longer than the whole may take.
func TestASlowReaderHasTheTimeOfTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		took := make(chan time.Duration, 1)
		c := Config{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				began := time.Now()
				for time.Since(began) < time.Hour {
					_, _ = w.Write([]byte("a piece"))
					if http.NewResponseController(w).Flush() != nil {
						break
					}
				}
				took <- time.Since(began)
			}),
			Limits:   Limits{Connections: 1, ConnectionsPerPeer: 1, HeaderBytes: 4 << 10},
			Timeouts: Timeouts{Header: time.Minute, Body: time.Minute, Write: 5 * time.Second, Answer: 20 * time.Second, Idle: time.Minute},
		}
		inner := pipeListener{make(chan net.Conn, 1)}
		c.Listener = inner
		s, err := Start(c)
		if err != nil {
			t.Fatal(err)
		}
		reader := inner.dial("10.0.0.1")
		close(inner.conns)
		if _, err := io.WriteString(reader, "GET / HTTP/1.1\r\nHost: agent.test\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		for err == nil {
			time.Sleep(time.Second)
			_, err = reader.Read(make([]byte, 1024)) // a flush at most
		}
		if got := <-took; got != 20*time.Second {
			t.Errorf("the answer took %s", got)
		}
		reader.Close()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
