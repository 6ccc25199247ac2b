// Package tokens keeps the access tokens that an authority gives us for our own
// calls, one for each audience, whoever the authority is: a token in use is
// replaced ahead of its end, and concurrent callers share one request.
//
// The exchange itself is not that of golang.org/x/oauth2/clientcredentials: its
// errors carry what the authority wrote, it reads a MiB of an answer, takes
// duplicate members, and follows what redirects its client follows.
package tokens

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/refresh"
)

// Config is what a [Source] needs. Final, Left, Closed and Log may be left out.
type Config struct {
	// Request asks the authority for a token for an audience, "" for none. Its
	// context ends with the source.
	Request func(ctx context.Context, audience string) (issued.Token, error)
	// Plan says after what time a token of that lifetime is replaced ahead, and
	// after what it is not handed out any more, both counted from the question.
	Plan func(lifetime time.Duration) (ahead, end time.Duration)
	// Now is the clock.
	Now func() time.Time
	// Audiences is for how many a token is kept.
	Audiences int
	// Pause is the time between failed attempts to replace a token ahead.
	Pause time.Duration
	// Final, Left and Closed are those of [refresh.Config].
	Final  func(error) bool
	Left   func(error) error
	Closed error
	// Log takes what panicked; nil: nothing does.
	Log *slog.Logger
}

// Source hands out tokens. Its methods may be called concurrently.
type Source struct {
	cfg      Config
	tokens   *refresh.Cache[string, struct{}, issued.Token] // by audience
	replaced *rate.Limiter
}

// New returns a source; nothing is asked yet. The caller closes it.
func New(cfg Config) *Source {
	s := &Source{cfg: cfg, replaced: rate.NewLimiter(rate.Every(replaceEvery), replaceBurst)}
	s.tokens = refresh.New(refresh.Config[string, struct{}, issued.Token]{
		Load: s.load, Name: func(audience string) string { return audience }, Now: cfg.Now, Size: cfg.Audiences, Pause: cfg.Pause,
		Final: cfg.Final, Left: cfg.Left, Closed: cfg.Closed, Log: cfg.Log,
	})
	return s
}

// Token returns a token for audience that is good for a while yet.
func (s *Source) Token(ctx context.Context, audience string) (string, error) {
	t, err := s.tokens.Get(ctx, audience, struct{}{})
	return t.Value, err
}

// ErrTooOften: as many tokens were replaced as may be for now, because somebody did not
// take them.
var ErrTooOften = errors.New("tokens were replaced several times a moment ago, and are not taken either")

// How often a token is replaced because somebody does not take it: whoever refuses all of
// them must not have us ask the authority for each of our calls.
const (
	replaceEvery = 10 * time.Second
	replaceBurst = 3
)

// Replace has Token return another token for audience than one that somebody did not
// take, though it is good for all we know. Where none can be had the old one stays.
// Errors: [ErrTooOften], and those of Token.
func (s *Source) Replace(ctx context.Context, audience, refused string) error {
	if t, ok := s.tokens.Last(audience); !ok || t.Value != refused {
		return nil // another is handed out already, or each is used once
	}
	_, err := s.tokens.Replace(ctx, audience, struct{}{}, func(t issued.Token) bool { return t.Value == refused }, s.mayReplace)
	return err
}

func (s *Source) mayReplace() error {
	if !s.replaced.AllowN(s.cfg.Now(), 1) {
		return ErrTooOften
	}
	return nil
}

// Close ends requests in progress, waits for them and forgets all tokens. It may
// be called more than once.
func (s *Source) Close() {
	s.tokens.Close()
	s.tokens.Clear()
}

func (s *Source) load(ctx context.Context, audience string, _ struct{}) (refresh.Answer[issued.Token], error) {
	asked := s.cfg.Now()
	t, err := s.cfg.Request(ctx, audience)
	if err != nil {
		return refresh.Answer[issued.Token]{}, err
	}
	ahead, end := s.cfg.Plan(t.Lifetime)
	switch {
	case t.Lifetime <= 0: // the authority did not say
		return refresh.Answer[issued.Token]{Value: t, Once: true}, nil
	case end <= 0: // too short to be kept
		return refresh.Answer[issued.Token]{Value: t, Once: true, Expire: asked.Add(t.Lifetime)}, nil
	}
	return refresh.Answer[issued.Token]{Value: t, Refresh: asked.Add(ahead), Expire: asked.Add(end)}, nil
}
