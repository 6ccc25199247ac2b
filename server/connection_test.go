package server

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"
)

// closable counts how often it is closed.
type closable struct{ closed int }

func (c *closable) Close() error { c.closed++; return nil }

// Only requests that an HTTP/2 client takes back count, and the connection is
// closed once, with the first above the limit.
func TestHostile096TooManyCancelledRequestsCloseTheConnection(t *testing.T) {
	conn := &closable{}
	c := &connection{conn: conn}
	s := &Server{config: Config{Log: slog.New(slog.DiscardHandler), Limits: Limits{Resets: 3}}}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	ask := func(ctx context.Context, version int, times, closed int) {
		t.Helper()
		for range times {
			r := httptest.NewRequestWithContext(ctx, "POST", "https://agent.test/", nil)
			r.ProtoMajor = version
			s.countReset(c, r)
		}
		if conn.closed != closed {
			t.Errorf("closed %d times, want %d", conn.closed, closed)
		}
	}
	ask(t.Context(), 2, 10, 0) // served to the end
	ask(over, 1, 10, 0)        // in HTTP/1.1 the connection is gone with its request
	ask(over, 2, 3, 0)
	ask(over, 2, 1, 1)
	ask(over, 2, 10, 1)
}
