package server

import (
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
