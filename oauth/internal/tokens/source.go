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
	"strconv"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/refresh"
)

// Config is what a [Source] needs. Only Final, Left and Closed may be left out.
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
}

// Source hands out tokens. Its methods may be called concurrently.
type Source struct {
	cfg        Config
	tokens     *refresh.Cache[key, struct{}, issued.Token]
	generation atomic.Uint64
}

// key ties a token to the credentials that it was issued for.
type key struct {
	generation uint64
	audience   string
}

func (k key) name() string { return strconv.FormatUint(k.generation, 10) + " " + k.audience }

// New returns a source; nothing is asked yet. The caller closes it.
func New(cfg Config) *Source {
	s := &Source{cfg: cfg}
	s.tokens = refresh.New(refresh.Config[key, struct{}, issued.Token]{
		Load: s.load, Name: key.name, Now: cfg.Now, Size: cfg.Audiences, Pause: cfg.Pause,
		Final: cfg.Final, Left: cfg.Left, Closed: cfg.Closed,
	})
	return s
}

// Token returns a token for audience that is good for a while yet.
func (s *Source) Token(ctx context.Context, audience string) (string, error) {
	t, err := s.tokens.Get(ctx, s.key(audience), struct{}{})
	return t.Value, err
}

// Discard has the next call of Token for audience request a new one, if it would
// have returned value.
func (s *Source) Discard(audience, value string) {
	k := s.key(audience)
	if t, ok := s.tokens.Last(k); ok && t.Value == value {
		s.tokens.Forget(k)
	}
}

// Renounce has no token handed out that was requested before.
func (s *Source) Renounce() { s.generation.Add(1) }

// Close ends requests in progress, waits for them and forgets all tokens. It may
// be called more than once.
func (s *Source) Close() {
	s.tokens.Close()
	s.tokens.Clear()
}

func (s *Source) key(audience string) key { return key{s.generation.Load(), audience} }

func (s *Source) load(ctx context.Context, k key, _ struct{}) (refresh.Answer[issued.Token], error) {
	asked := s.cfg.Now()
	t, err := s.cfg.Request(ctx, k.audience)
	if err != nil {
		return refresh.Answer[issued.Token]{}, err
	}
	ahead, end := s.cfg.Plan(t.Lifetime)
	return refresh.Answer[issued.Token]{Value: t, Refresh: asked.Add(ahead), Expire: asked.Add(end)}, nil
}
