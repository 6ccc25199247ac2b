package hydra_test

import (
	"context"
	"errors"
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
		asked, held := 0, 0
		var refusal error
		i := introspector(t, w, hydra.IntrospectorOptions{Admit: func(context.Context) (func(), error) {
			if refusal != nil {
				return nil, refusal
			}
			asked++
			held++
			return func() { held-- }, nil
		}})
		token := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		for range 100 { // in use, so renewed in the background again and again
			verified(t, i, token)
			time.Sleep(time.Second)
		}
		if asked != 1 || held != 0 {
			t.Errorf("asked %d times, %d places held", asked, held)
		}

		s.Fail(hydratest.Introspect, hydratest.Fault{Latency: time.Second, Times: 1})
		other := s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := i.Verify(ctx, other); !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
		if held != 1 {
			t.Errorf("%d places held while Hydra is asked", held)
		}
		verified(t, i, other) // joins the question under way
		synctest.Wait()
		if asked != 2 || held != 0 {
			t.Errorf("asked %d times, %d places held", asked, held)
		}

		refusal = oauth.ErrBusy
		verified(t, i, other)
		if _, err := i.Verify(t.Context(), s.IssueToken(hydratest.TokenSpec{ClientID: callerDID})); !errors.Is(err, oauth.ErrBusy) {
			t.Errorf("%v, want ErrBusy", err)
		}
	})
}
