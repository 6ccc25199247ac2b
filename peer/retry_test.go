package peer_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/peer"
)

// refuseFirst answers the first n calls with a refusal, the others with next.
func refuseFirst(n, status int, reason, retryAfter string, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if n == 0 {
			next.ServeHTTP(w, r)
			return
		}
		n--
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		io.WriteString(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-31409,"message":"Authority unavailable","data":{"reason":"`+reason+`","gate":"token","requestId":"r-1","hint":"Try again."}}}`)
	}
}

func TestRepeats(t *testing.T) {
	for name, test := range map[string]struct {
		refusals, status   int
		reason, retryAfter string
		calls              int // that reach the agent, polls aside
		waited             time.Duration
		refused            bool
	}{
		"503 with Retry-After twice":             {2, 503, "introspection_unavailable", "3", 3, 6 * time.Second, false},
		"503 with Retry-After a third time":      {3, 503, "introspection_unavailable", "3", 3, 6 * time.Second, true},
		"503 without Retry-After":                {1, 503, "introspection_unavailable", "", 1, 0, true},
		"503 for longer than anybody waits":      {1, 503, "introspection_unavailable", "31", 1, 0, true},
		"503 with a Retry-After that is nothing": {1, 503, "introspection_unavailable", "soon", 1, 0, true},
		"409 replayed once":                      {1, 409, "replayed", "", 2, 0, false},
		"409 replayed twice":                     {2, 409, "replayed", "", 2, 0, true},
		"409 for another reason":                 {1, 409, "conflict", "", 1, 0, true},
		"429":                                    {1, 429, "rate_limited", "1", 1, 0, true},
		"401":                                    {1, 401, "token_expired", "", 1, 0, true},
		"403":                                    {1, 403, "crypto_mismatch", "", 1, 0, true},
		"500":                                    {1, 500, "internal", "1", 1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, p, rec := inBubble(t, refuseFirst(test.refusals, test.status, test.reason, test.retryAfter, &v1Agent{}))
				began := time.Now()
				_, err := c.Send(t.Context(), p, "hi")
				refusal, refused := errors.AsType[*peer.Refusal](err)
				if refused != test.refused || !refused && err != nil {
					t.Fatalf("error %v, want a refusal: %t", err, test.refused)
				}
				if refused && (refusal.Status != test.status || refusal.Reason != test.reason || refusal.Gate != "token" || refusal.RequestID != "r-1" || refusal.Hint != "Try again." || refusal.Code != -31409) {
					t.Errorf("refusal %+v", refusal)
				}
				if n := len(rec.calls()); n != test.calls {
					t.Errorf("%d calls, want %d", n, test.calls)
				}
				if waited := time.Since(began); waited != test.waited {
					t.Errorf("waited %s, want %s", waited, test.waited)
				}
			})
		})
	}
}

// An honest repetition is a request of its own that delivers the same message.
func TestHostile082RepeatsAreSignedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, rec := inBubble(t, refuseFirst(1, 503, "key_lookup_unavailable", "2", &v1Agent{}))
		if _, err := c.Send(t.Context(), p, "hi"); err != nil {
			t.Fatal(err)
		}
		first, second := rec.calls()[0], rec.calls()[1]
		if first.rpc(t).ID == second.rpc(t).ID {
			t.Error("the JSON-RPC id was used again")
		}
		if string(first.rpc(t).Params) != string(second.rpc(t).Params) {
			t.Error("another message was sent, or the same one under another messageId")
		}
		if first.header.Get(signature.HeaderSignature) == second.header.Get(signature.HeaderSignature) {
			t.Error("the signature was used again")
		}
		for _, s := range []seen{first, second} {
			if stamp := s.header.Get(signature.HeaderTimestamp); stamp != strconv.FormatInt(s.at.Unix(), 10) {
				t.Errorf("signed at %s, sent at %d", stamp, s.at.Unix())
			}
		}
	})
}

// A caller with less time than the peer asks for learns of the refusal at once.
func TestRetryAfterBeyondTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := inBubble(t, refuseFirst(1, 503, "key_lookup_unavailable", "5", &v1Agent{}))
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		began := time.Now()
		if _, err := c.Send(ctx, p, "hi"); !errors.As(err, new(*peer.Refusal)) || time.Since(began) != 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// Asking again becomes rarer, and never rarer than every two seconds.
func TestPollingBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, rec := inBubble(t, &v1Agent{work: 12})
		if _, err := c.Send(t.Context(), p, "hi"); err != nil {
			t.Fatal(err)
		}
		calls, last := rec.calls(), time.Duration(0)
		for i := 1; i < len(calls); i++ {
			gap := calls[i].at.Sub(calls[i-1].at)
			if gap < last || gap > 2*time.Second {
				t.Errorf("poll %d came %s after the last one, which came after %s", i, gap, last)
			}
			last = gap
		}
		if last != 2*time.Second {
			t.Errorf("the last pause is %s, want 2s", last)
		}
	})
}

func TestTheContextEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := inBubble(t, &v1Agent{work: 1 << 30})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		reply, err := c.Send(ctx, p, "hi")
		if !errors.Is(err, context.DeadlineExceeded) || reply.TaskID != "t-1" || reply.State != peer.StateWorking {
			t.Errorf("reply %+v, %v", reply, err)
		}
	})
}

func TestASilentPeerIsATimeout(t *testing.T) {
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	slow := func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode("a beginning")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	for name, h := range map[string]http.HandlerFunc{"before the header": silent, "in the body": slow} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, p, _ := inBubble(t, h, func(cfg *peer.Config) { cfg.RequestTimeout = 7 * time.Second })
				began := time.Now()
				if _, err := c.Send(t.Context(), p, "hi"); !errors.Is(err, peer.ErrTimeout) || time.Since(began) != 7*time.Second {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				if _, err := c.Discover(t.Context(), p.URL, p.DID); !errors.Is(err, peer.ErrTimeout) {
					t.Errorf("card: %v", err)
				}
			})
		})
	}
}

func TestATokenThatCannotBeHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		away := errors.New("Hydra is away")
		c, p, rec := inBubble(t, &v1Agent{}, func(cfg *peer.Config) {
			cfg.Token = func(context.Context) (string, error) { return "", away }
		})
		if _, err := c.Send(t.Context(), p, "hi"); !errors.Is(err, peer.ErrToken) || !errors.Is(err, away) {
			t.Error(err)
		}
		if len(rec.requests()) != 0 {
			t.Error("a request was sent without the token")
		}
	})
}

func TestWithoutATokenNoneIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, rec := inBubble(t, &v1Agent{}, func(cfg *peer.Config) { cfg.Token = nil })
		if _, err := c.Send(t.Context(), p, "hi"); err != nil {
			t.Fatal(err)
		}
		if _, ok := rec.calls()[0].header["Authorization"]; ok {
			t.Error("an Authorization header was sent")
		}
	})
}

func TestAClosedClientCallsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p, _ := inBubble(t, &v1Agent{})
		if _, err := c.Send(t.Context(), p, "hi"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		_, sent := c.Send(t.Context(), p, "hi")
		_, pinned := c.Discover(t.Context(), p.URL, p.DID)
		_, open := c.Discover(t.Context(), p.URL, did.DID{})
		for _, err := range []error{sent, pinned, open} {
			if !errors.Is(err, peer.ErrClosed) {
				t.Error(err)
			}
		}
	})
}
