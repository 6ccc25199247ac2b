package hydra

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
	"github.com/getbindu/bindu-go/oauth/internal/refresh"
)

// MaxVerdictAge is the longest time for which a verdict may be used, and so
// the longest for which a revoked token still opens anything.
const MaxVerdictAge = 5 * time.Second

// DefaultMaxVerdicts bounds the cache of an [Introspector].
const DefaultMaxVerdicts = 10_000

const (
	// introspectPause is the time between failed refreshes of one verdict.
	introspectPause = 250 * time.Millisecond
	// usualAnswer is the size, in bytes, up to which an answer about a token
	// takes one place among the verdicts.
	usualAnswer = 2 << 10
)

// IntrospectorOptions say which active tokens are good here.
type IntrospectorOptions struct {
	// Issuer is the only iss accepted, from [Discover]. While it is empty, no
	// token is good.
	Issuer string
	// ForbiddenAudiences refuse a token that names one of them: a token made
	// for step-ca must not open an agent.
	ForbiddenAudiences []string
	// Audiences, if there are any, have to include one that the token names.
	Audiences []string
	// MaxTokenBytes is the longest token that is judged; zero is
	// [DefaultMaxTokenBytes].
	MaxTokenBytes int
	// MaxAge of a verdict; zero or more than [MaxVerdictAge] is that.
	MaxAge time.Duration
	// MaxEntries bounds the verdicts kept; zero is [DefaultMaxVerdicts]. One that
	// is larger than usual takes the room of several: what a caller has Hydra
	// say about a token must not decide how much memory they take together.
	MaxEntries int
	// Ask, if set, gets what Hydra says about a token (RFC 7662 section 2.2) from
	// somebody who may ask it, and is never asked for longer than
	// [Config.IntrospectTimeout]; nil asks Hydra's admin API. Its errors are those
	// after which nothing is known about the token.
	Ask func(ctx context.Context, token string) (answer []byte, err error)
	// Admit, if set, is asked before a token that has no verdict is taken to
	// Hydra, so that one caller's guesses do not keep the others from Hydra. It
	// may wait, and its error is that of Verify; leave is called exactly once,
	// when Hydra has answered. Renewing a verdict does not ask.
	Admit func(context.Context) (leave func(), err error)
	// OnFlip, if set, is called each time Hydra calls a token inactive that it
	// called active less than a minute ago: it was revoked, or Hydra lost its
	// storage (it then answers so for every token, and says that it is well).
	// It must not block.
	OnFlip func()
}

// Introspector asks Hydra whether tokens are active. Its methods may be called
// concurrently.
type Introspector struct {
	cfg      Config
	owned    bool
	options  IntrospectorOptions
	verdicts *refresh.Cache[tokenHash, string, verdict]
	scratch  sync.Pool // of *[]byte of MaxTokenBytes, for hash
	lastFlip atomic.Pointer[time.Time]
}

// tokenHash stands for a token, so that none is kept in memory.
type tokenHash [sha256.Size]byte

func (h tokenHash) name() string { return string(h[:]) }

// verdict is what Hydra last said about a token that it called active once.
type verdict struct {
	claims     oauth.Claims
	lastActive time.Time
	flipped    bool // it has been called inactive since
	size       int  // of the answer, in bytes
}

// weight is how many places a verdict takes.
func (v verdict) weight() uint32 { return 1 + uint32(v.size)/usualAnswer }

// NewIntrospector returns an introspector. The caller closes it.
func NewIntrospector(cfg Config, options IntrospectorOptions) *Introspector {
	cfg, owned := cfg.withDefaults()
	options.MaxAge = min(cmp.Or(max(options.MaxAge, 0), MaxVerdictAge), MaxVerdictAge)
	options.MaxEntries = cmp.Or(max(options.MaxEntries, 0), DefaultMaxVerdicts)
	options.MaxTokenBytes = cmp.Or(max(options.MaxTokenBytes, 0), DefaultMaxTokenBytes)
	if options.OnFlip == nil {
		options.OnFlip = func() {}
	}
	i := &Introspector{cfg: cfg, owned: owned, options: options, scratch: sync.Pool{New: func() any {
		buffer := make([]byte, options.MaxTokenBytes)
		return &buffer
	}}}
	i.verdicts = refresh.New(refresh.Config[tokenHash, string, verdict]{
		Load: i.verdict, Name: tokenHash.name, Now: cfg.Now, Size: options.MaxEntries, Weigh: verdict.weight,
		Pause: introspectPause, Admit: options.Admit, Age: options.MaxAge, Log: cfg.Logger,
	})
	return i
}

// Verify returns the claims of a good token. The verdict behind them is at
// most [IntrospectorOptions.MaxAge] old, counted from when Hydra was asked.
// While a token is in use, its verdict is renewed in the background, so that
// only the first use waits for Hydra; concurrent first uses share one request.
// The claims are shared between callers, who must not change them.
//
// Errors are those of package oauth: ErrMalformed, ErrInactive, ErrExpired,
// ErrNotYetValid, ErrIssuer, ErrAudience and ErrTokenUse refuse the token;
// after ErrUnavailable and ErrInvalidResponse nothing is known about it.
func (i *Introspector) Verify(ctx context.Context, token string) (oauth.Claims, error) {
	if len(token) > i.options.MaxTokenBytes {
		return oauth.Claims{}, i.tooLong(token)
	}
	key := i.hash(token)
	if v, ok := i.verdicts.Use(key, token); ok {
		return i.unexpired(v)
	}
	if !issued.WellFormed(token, i.options.MaxTokenBytes) {
		return oauth.Claims{}, oauth.ErrMalformed
	}
	v, err := i.verdicts.Fetch(ctx, key, token)
	if err != nil {
		return oauth.Claims{}, err
	}
	return i.unexpired(v)
}

// VerifyFresh is Verify for what must not rely on an answer of some seconds
// ago: it always asks Hydra.
func (i *Introspector) VerifyFresh(ctx context.Context, token string) (oauth.Claims, error) {
	if !issued.WellFormed(token, i.options.MaxTokenBytes) {
		return oauth.Claims{}, oauth.ErrMalformed
	}
	v, err := i.verdicts.Load(ctx, i.hash(token), token)
	return v.claims, err
}

// Forget has the verdicts on tokens of d not count any more.
func (i *Introspector) Forget(d did.DID) {
	i.verdicts.ForgetIf(func(v verdict) bool { return v.claims.DID == d.String() })
}

// ForgetAll has no verdict count any more that was asked for until now.
func (i *Introspector) ForgetAll() { i.verdicts.ForgetAll() }

// Close ends requests in progress and waits for their goroutines. It may be
// called more than once. It never fails; the error makes it an io.Closer.
func (i *Introspector) Close() error {
	i.verdicts.Close()
	if i.owned {
		i.cfg.HTTPClient.CloseIdleConnections()
	}
	return nil
}

func (i *Introspector) tooLong(token string) error {
	return fmt.Errorf("%w: it has %d bytes, at most %d are allowed", oauth.ErrMalformed, len(token), i.options.MaxTokenBytes)
}

// hash returns the key of a token of at most MaxTokenBytes. Converting a
// string allocates, which would double what this costs.
func (i *Introspector) hash(token string) tokenHash {
	buffer := i.scratch.Get().(*[]byte)
	used := (*buffer)[:copy(*buffer, token)]
	key := tokenHash(sha256.Sum256(used))
	clear(used)
	i.scratch.Put(buffer)
	return key
}

// unexpired checks the one thing about a good token that changes with time.
func (i *Introspector) unexpired(v verdict) (oauth.Claims, error) {
	if !i.cfg.Now().Before(v.claims.ExpiresAt) {
		return oauth.Claims{}, oauth.ErrExpired
	}
	return v.claims, nil
}
