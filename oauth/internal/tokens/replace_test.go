package tokens_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/tokens"
)

func replace(t *testing.T, s *tokens.Source, refused string, wanted error) {
	t.Helper()
	if err := s.Replace(t.Context(), "a", refused); !errors.Is(err, wanted) {
		t.Errorf("%s: %v, want %v", refused, err, wanted)
	}
}

// A token that is not taken is replaced once, however many calls were refused with it.
func TestATokenThatIsNotTakenIsReplaced(t *testing.T) {
	inBubble(t, time.Second, func(t *testing.T, s *tokens.Source) {
		replace(t, s, "a1", nil) // there is none
		want(t, s, "a", "a1")
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() { replace(t, s, "a1", nil) })
		}
		group.Wait()
		want(t, s, "a", "a2")
		replace(t, s, "a1", nil) // a call that was under way for long
		want(t, s, "a", "a2")
		want(t, s, "b", "b3") // the tokens for others stay
	})
}

// Whoever takes no token has us ask the authority three times, and then once in 10 s.
func TestWhoTakesNoTokenDoesNotHaveUsAskForever(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, s *tokens.Source) {
		want(t, s, "a", "a1")
		for n := 1; n <= 3; n++ {
			replace(t, s, "a"+strconv.Itoa(n), nil)
		}
		want(t, s, "a", "a4")
		replace(t, s, "a4", tokens.ErrTooOften)
		replace(t, s, "a3", nil) // which costs nothing
		want(t, s, "a", "a4")
		time.Sleep(10 * time.Second)
		replace(t, s, "a4", nil)
		replace(t, s, "a5", tokens.ErrTooOften)
		want(t, s, "a", "a5")
	})
}

// As many tokens as were refused at once are replaced, and no more are asked for than may
// be, for whomever they are.
func TestReplacementsAreCountedForAllTogether(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, s *tokens.Source) {
		for _, audience := range []string{"a", "b", "c", "d"} {
			if _, err := s.Token(t.Context(), audience); err != nil {
				t.Fatal(err)
			}
		}
		var failed int
		for n, audience := range []string{"a", "b", "c", "d"} {
			if errors.Is(s.Replace(t.Context(), audience, audience+strconv.Itoa(n+1)), tokens.ErrTooOften) {
				failed++
			}
		}
		if failed != 1 {
			t.Errorf("%d of 4 were too many", failed)
		}
	})
}

// A token that cannot be replaced stays in use, and one that is good for one use is not
// asked for in vain.
func TestATokenThatCannotBeReplacedStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, life := 0, time.Minute
		var fails error
		s := tokens.New(tokens.Config{
			Request: func(context.Context, string) (issued.Token, error) {
				asked++
				return issued.Token{Value: "a" + strconv.Itoa(asked), Lifetime: life}, fails
			},
			Plan: func(l time.Duration) (time.Duration, time.Duration) { return l / 2, l - time.Second },
			Now:  time.Now, Audiences: 10, Pause: time.Second,
		})
		defer s.Close()
		want(t, s, "a", "a1")
		fails = oauth.ErrUnavailable
		replace(t, s, "a1", oauth.ErrUnavailable)
		want(t, s, "a", "a1")
		fails, life = nil, 0
		time.Sleep(time.Minute)
		want(t, s, "a", "a3")
		replace(t, s, "a3", nil)
		if asked != 3 {
			t.Errorf("asked %d times", asked)
		}
		want(t, s, "a", "a4")
	})
}
