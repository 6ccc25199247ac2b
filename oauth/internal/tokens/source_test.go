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
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inBubble runs f with a source whose tokens are numbered and live for a minute.
func inBubble(t *testing.T, takes time.Duration, f func(*testing.T, *tokens.Source)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		number := 0
		s := tokens.New(tokens.Config{
			Request: func(ctx context.Context, audience string) (issued.Token, error) {
				mu.Lock()
				number++
				value := audience + strconv.Itoa(number)
				mu.Unlock()
				select {
				case <-time.After(takes):
					return issued.Token{Value: value, Lifetime: time.Minute}, nil
				case <-ctx.Done():
					return issued.Token{}, oauth.ErrUnavailable
				}
			},
			Plan:      func(l time.Duration) (time.Duration, time.Duration) { return l / 2, l - time.Second },
			Now:       time.Now,
			Audiences: 10, Pause: time.Second,
		})
		defer s.Close()
		f(t, s)
	})
}

func want(t *testing.T, s *tokens.Source, audience, value string) {
	t.Helper()
	if got, err := s.Token(t.Context(), audience); got != value || err != nil {
		t.Errorf("%q, %v; want %q", got, err, value)
	}
}

func TestEachAudienceHasItsToken(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, s *tokens.Source) {
		want(t, s, "a", "a1")
		want(t, s, "b", "b2")
		want(t, s, "a", "a1")
		time.Sleep(59 * time.Second) // too near the end to be handed out
		want(t, s, "a", "a3")
	})
}

func TestCloseForgetsTokens(t *testing.T) {
	inBubble(t, time.Second, func(t *testing.T, s *tokens.Source) {
		want(t, s, "a", "a1")
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := s.Token(t.Context(), "b"); !errors.Is(err, oauth.ErrUnavailable) {
				t.Errorf("who waits is told %v", err)
			}
		})
		synctest.Wait()
		s.Close()
		s.Close()
		group.Wait()
		if value, err := s.Token(t.Context(), "a"); value != "" || !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("after Close: %q, %v", value, err)
		}
	})
}

// TestATokenThatEndedOnItsWayIsNotHandedOut, kept or not; one of unknown life is
// good for one use, and one too short to be kept until it ends.
func TestATokenThatEndedOnItsWayIsNotHandedOut(t *testing.T) {
	for name, tt := range map[string]struct {
		life, margin time.Duration
		want         error
	}{
		"ended":              {life: 5 * time.Second, want: oauth.ErrUnavailable},
		"ended, short":       {life: 5 * time.Second, margin: 5 * time.Second, want: oauth.ErrUnavailable},
		"short, and in time": {life: 9 * time.Second, margin: 9 * time.Second},
		"of unknown life":    {},
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			s := tokens.New(tokens.Config{
				Request: func(context.Context, string) (issued.Token, error) {
					asked++
					time.Sleep(8 * time.Second)
					return issued.Token{Value: "t", Lifetime: tt.life}, nil
				},
				Plan: func(l time.Duration) (time.Duration, time.Duration) { return l / 2, l - tt.margin },
				Now:  time.Now, Audiences: 10, Pause: time.Second,
			})
			defer s.Close()
			for range 2 {
				if value, err := s.Token(t.Context(), "a"); !errors.Is(err, tt.want) || (err == nil) != (value == "t") {
					t.Errorf("%s: %q, %v", name, value, err)
				}
			}
			if asked < 2 {
				t.Errorf("%s: asked %d times, want each time", name, asked)
			}
		})
	}
}
