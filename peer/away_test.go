package peer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/peer"
)

// restarting is an agent whose port is closed for a while once it has broken a
// connection off.
type restarting struct {
	next   http.Handler
	breaks string        // the method that finds it going down, "" for none
	away   time.Duration // how long nothing listens then; 0 is for ever

	mu    sync.Mutex
	until time.Time
}

// close closes the port.
func (a *restarting) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = time.Now().Add(a.away)
	if a.away == 0 {
		a.until = time.Now().Add(1000 * time.Hour)
	}
}

func (a *restarting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if a.breaks != "" && strings.Contains(string(body), a.breaks) {
		a.breaks = ""
		a.close()
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(newReader(body))
	a.next.ServeHTTP(w, r)
}

// dialer refuses connections while the port is closed.
func (a *restarting) dialer(cfg *peer.Config) {
	open := cfg.DialContext
	cfg.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		a.mu.Lock()
		closed := time.Now().Before(a.until)
		a.mu.Unlock()
		if closed {
			return nil, &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
		}
		return open(ctx, network, address)
	}
}

func TestARestartBetweenPollsIsNotSeen(t *testing.T) {
	for name, test := range map[string]struct {
		away, limit time.Duration
		back        bool
		longest     time.Duration
	}{
		"back within the call's time":     {20 * time.Second, time.Minute, true, 30 * time.Second},
		"a long absence, a longer limit":  {5 * time.Minute, 10 * time.Minute, true, 6 * time.Minute},
		"back after the call's time":      {20 * time.Second, 10 * time.Second, false, 10 * time.Second},
		"never back, and without a limit": {0, 0, false, 75 * time.Second},
		"a long absence, without a limit": {10 * time.Minute, 0, false, 75 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &restarting{next: &v1Agent{work: 2}, breaks: "GetTask", away: test.away}
				c, p, _ := inBubble(t, a, a.dialer)
				ctx, begun := t.Context(), ""
				if test.limit > 0 {
					limited, cancel := context.WithTimeout(ctx, test.limit)
					defer cancel()
					ctx = limited
				}
				began := time.Now()
				reply, err := c.Send(ctx, p, "hi", peer.WhenBegun(func(r peer.Reply) { begun += r.TaskID }))
				if test.back && (err != nil || reply.Text != "hello back") || !test.back && !errors.Is(err, peer.ErrUnreachable) {
					t.Errorf("reply %q, %v", reply.Text, err)
				}
				if waited := time.Since(began); waited > test.longest || !test.back && waited < test.longest/2 {
					t.Errorf("waited %s", waited)
				}
				if begun != "t-1" || reply.TaskID != "t-1" {
					t.Errorf("told of task %q, the reply names %q", begun, reply.TaskID)
				}
			})
		})
	}
}

// A card is asked for again where the peer's port is closed for a moment.
func TestARestartBeforeTheCardIsReadIsNotSeen(t *testing.T) {
	for name, test := range map[string]struct {
		away, limit time.Duration
		drains      bool
		back        bool
	}{
		"back after a moment":            {time.Second, time.Minute, false, true},
		"back within the call's time":    {8 * time.Second, time.Minute, false, true},
		"back after the call's time":     {8 * time.Second, 5 * time.Second, false, false},
		"never back, without a limit":    {0, 0, false, false},
		"never back, and plenty of time": {0, time.Hour, false, false},
		"draining":                       {0, time.Minute, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &restarting{next: routes{map[string]string{pathV1: cardV1(critic)}, nil}, away: test.away}
				if test.drains {
					a.next = refuseFirst(2, 503, "shutting_down", "1", routes{map[string]string{pathV1: cardV1(critic)}, nil})
				} else {
					a.close()
				}
				c, p, _ := inBubble(t, a, a.dialer)
				ctx := t.Context()
				if test.limit > 0 {
					limited, cancel := context.WithTimeout(ctx, test.limit)
					defer cancel()
					ctx = limited
				}
				began := time.Now()
				found, err := c.Discover(ctx, p.URL, p.DID)
				if test.back && (err != nil || found.DID != p.DID) || !test.back && !errors.Is(err, peer.ErrUnreachable) {
					t.Errorf("%+v, %v", found, err)
				}
				if waited := time.Since(began); waited > 15*time.Second {
					t.Errorf("waited %s", waited)
				}
			})
		})
	}
}

// A peer that drains says so more often than an authority that is away may.
func TestADrainingPeerIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &v1Agent{work: 1}
		refuse, polled := refuseFirst(6, 503, "shutting_down", "1", agent), false
		c, p, rec := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if polled {
				refuse(w, r)
				return
			}
			polled = true
			agent.ServeHTTP(w, r)
		}))
		if reply, err := c.Send(t.Context(), p, "hi"); err != nil || reply.Text != "hello back" {
			t.Errorf("reply %+v, %v", reply, err)
		}
		if n := len(rec.calls()); n != 8 {
			t.Errorf("%d calls, want the message and seven polls", n)
		}
	})
}

// A message is repeated where the peer cannot have seen it, or knows its id.
func TestAMessageIsNeverRepeatedBlindly(t *testing.T) {
	for name, test := range map[string]struct {
		schemes []signature.Scheme
		breaks  string // else the port is closed from the beginning
		calls   int    // that reach the peer
		ok      bool
	}{
		"nothing listens":    {nil, "", 1, true},
		"the answer is lost": {nil, "SendMessage", 1, false},
		"the answer is lost, of a peer of the reference":  {[]signature.Scheme{signature.Reference}, "SendMessage", 1, false},
		"the answer is lost, of a peer that knows the id": {[]signature.Scheme{signature.JCS1}, "SendMessage", 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &restarting{next: &v1Agent{}, breaks: test.breaks, away: 3 * time.Second}
				if test.breaks == "" {
					a.close()
				}
				c, p, rec := inBubble(t, a, a.dialer)
				p.Schemes = test.schemes
				if _, err := c.Send(t.Context(), p, "hi"); (err == nil) != test.ok || err != nil && !errors.Is(err, peer.ErrUnreachable) {
					t.Error(err)
				}
				calls := rec.calls()
				if len(calls) != test.calls {
					t.Fatalf("%d calls, want %d", len(calls), test.calls)
				}
				if len(calls) == 2 && (string(calls[0].rpc(t).Params) != string(calls[1].rpc(t).Params) ||
					calls[0].header.Get(signature.HeaderSignature) == calls[1].header.Get(signature.HeaderSignature)) {
					t.Error("another message, or the same signature")
				}
			})
		})
	}
}

func TestResultAndCancelOfATask(t *testing.T) {
	for dialect, want := range map[card.Dialect]map[string]string{
		card.V1:        {"GetTask": `{"id":"t-9"}`, "CancelTask": `{"id":"t-9"}`},
		card.V03:       {"tasks/get": `{"id":"t-9"}`, "tasks/cancel": `{"id":"t-9"}`},
		card.Reference: {"tasks/get": `{"task_id":"t-9"}`, "tasks/cancel": `{"task_id":"t-9"}`},
	} {
		t.Run(string(dialect), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				state := "working"
				var seen []string
				c, p, _ := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					call := readRPC(t, body)
					if string(call.Params) != want[call.Method] {
						fault(w, call.ID, -32602, "invalid params")
						return
					}
					seen = append(seen, call.Method)
					if strings.HasPrefix(strings.ToLower(strings.TrimPrefix(call.Method, "tasks/")), "cancel") {
						state = "canceled"
					}
					fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%q,"result":{"id":"t-9","contextId":"c","status":{"state":%q}}}`, call.ID, state)
				}))
				p.Protocol = dialect
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if reply, err := c.Result(ctx, p, "t-9"); !errors.Is(err, context.DeadlineExceeded) || reply.State != peer.StateWorking {
					t.Errorf("result %+v, %v", reply, err)
				}
				if reply, err := c.Cancel(t.Context(), p, "t-9"); err != nil || reply.State != peer.StateCanceled {
					t.Errorf("cancel %+v, %v", reply, err)
				}
				if reply, err := c.Result(t.Context(), p, "t-9"); err != nil || reply.State != peer.StateCanceled {
					t.Errorf("result of an ended task %+v, %v", reply, err)
				}
				if len(seen) < 4 {
					t.Errorf("calls that were understood: %v", seen)
				}
				if _, err := c.Result(t.Context(), p, ""); err == nil {
					t.Error("a task without id was asked for")
				}
			})
		})
	}
}

// The reference's method, in whichever spelling the peer takes and beside
// whichever protocol it speaks otherwise.
func TestAContextIsCleared(t *testing.T) {
	for dialect, want := range map[card.Dialect]string{card.V1: `{"contextId":"c-9"}`, card.V03: `{"contextId":"c-9"}`, card.Reference: `{"context_id":"c-9"}`} {
		t.Run(string(dialect), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cleared := 0
				c, p, _ := inBubble(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					call := readRPC(t, body)
					if call.Method != "contexts/clear" || string(call.Params) != want {
						fault(w, call.ID, -32602, "invalid params")
						return
					}
					cleared++
					fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%q,"result":{}}`, call.ID)
				}))
				p.Protocol = dialect
				if err := c.ClearContext(t.Context(), p, "c-9"); err != nil || cleared != 1 {
					t.Errorf("%v, cleared %d times", err, cleared)
				}
				if err := c.ClearContext(t.Context(), p, "other"); err == nil || cleared != 1 {
					t.Errorf("another context: %v, cleared %d times", err, cleared)
				}
				if err := c.ClearContext(t.Context(), p, ""); err == nil {
					t.Error("no context was cleared without an error")
				}
			})
		})
	}
}

func readRPC(t *testing.T, body []byte) rpc {
	t.Helper()
	return seen{body: body}.rpc(t)
}
