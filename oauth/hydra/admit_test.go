package hydra_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestAdmitIsAskedForUnknownTokensOnly: a place is held for as long as Hydra is
// being asked, even when the caller has left, and given back once.
func TestAdmitIsAskedForUnknownTokensOnly(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		var asked, held atomic.Int64
		var refusal error
		i := introspector(t, w, hydra.IntrospectorOptions{Admit: func(context.Context) (func(), error) {
			if refusal != nil {
				return nil, refusal
			}
			asked.Add(1)
			held.Add(1)
			return func() { held.Add(-1) }, nil
		}})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		for range 100 { // in use, so renewed in the background again and again
			verified(t, i, token)
			time.Sleep(time.Second)
		}
		if asked.Load() != 1 || held.Load() != 0 {
			t.Errorf("asked %d times, %d places held", asked.Load(), held.Load())
		}

		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: time.Second, Times: 1})
		other := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := i.Verify(ctx, other); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
		if held.Load() != 1 {
			t.Errorf("%d places held while Hydra is asked", held.Load())
		}
		verified(t, i, other) // joins the question under way
		synctest.Wait()
		if asked.Load() != 2 || held.Load() != 0 {
			t.Errorf("asked %d times, %d places held", asked.Load(), held.Load())
		}

		refusal = oauth.ErrBusy
		verified(t, i, other)
		if _, err := i.Verify(t.Context(), s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})); !errors.Is(err, oauth.ErrBusy) {
			t.Errorf("%v, want ErrBusy", err)
		}
	})
}
