package oidc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// settleInterval is the time between two looks at whether the keys are here.
const settleInterval = 20 * time.Millisecond

// Verifier verifies tokens of the configured issuers. It is safe for concurrent
// use. Close ends its background work.
type Verifier struct {
	issuers    map[string]*trusted
	algorithms algorithmSet // of all issuers
	didMap     *DIDMap
	now        func() time.Time

	maxTokenBytes int

	cancel    context.CancelFunc
	wg        sync.WaitGroup
	transport *http.Transport // ours to close, nil if the client was given
}

// trusted is one configured issuer with its keys.
type trusted struct {
	Issuer
	allowed  algorithmSet
	types    []string // normalized
	required []string // names of the required claims, sorted
	keys     *keySource
}

// New returns a Verifier that has the keys of every issuer, unless c.Lazy is set;
// ctx bounds the first fetch. Errors: [ErrConfig]; oauth.ErrUnavailable or
// oauth.ErrInvalidResponse, naming the issuer, if keys could not be fetched.
func New(ctx context.Context, c Config) (*Verifier, error) {
	v := &Verifier{issuers: make(map[string]*trusted), didMap: c.DIDMap}
	c = c.withDefaults()
	if c.HTTPClient == nil {
		v.transport = newTransport(c.Roots)
		c.HTTPClient = &http.Client{Transport: v.transport}
	}
	if err := v.configure(c); err != nil {
		return nil, err
	}
	if !c.Lazy {
		if err := v.fetchAll(ctx); err != nil {
			v.closeIdle()
			return nil, err
		}
	}
	background, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	for _, t := range v.issuers {
		v.wg.Go(func() { t.keys.run(background, !c.Lazy) })
	}
	return v, nil
}

func (v *Verifier) configure(c Config) error {
	if len(c.Issuers) == 0 {
		return configError("no issuer is configured")
	}
	if c.FetchTimeout < 0 || c.RefreshInterval < 0 || c.UnknownKeyPause < 0 || c.MaxStale < c.RefreshInterval {
		return configError("times must not be negative, and MaxStale (%v) not shorter than RefreshInterval (%v)", c.MaxStale, c.RefreshInterval)
	}
	v.now, v.maxTokenBytes = c.Now, c.MaxTokenBytes
	documents := fetcher{fetch.NewClient(c.HTTPClient), c.FetchTimeout}
	for _, issuer := range c.Issuers {
		if err := issuer.validate(c.AllowInsecureLoopback); err != nil {
			return err
		}
		if v.issuers[issuer.Issuer] != nil {
			return configError("issuer %s is configured twice", issuer.Issuer)
		}
		t, err := newTrusted(issuer.withDefaults())
		if err != nil {
			return err
		}
		t.keys = &keySource{
			issuer: t.Issuer, allowed: t.allowed, fetch: documents, insecure: c.AllowInsecureLoopback,
			limits: keyLimits{refresh: c.RefreshInterval, maxStale: c.MaxStale, forced: c.UnknownKeyPause},
			now:    c.Now, log: c.Logger, wake: make(chan chan<- error), stopped: make(chan struct{}),
		}
		v.issuers[issuer.Issuer] = t
		v.algorithms = append(v.algorithms, t.allowed...)
	}
	return nil
}

func newTrusted(issuer Issuer) (*trusted, error) {
	allowed, err := newAlgorithmSet(issuer.Algorithms)
	if err != nil {
		return nil, configError("issuer %s: %w", issuer.Issuer, err)
	}
	t := &trusted{Issuer: issuer, allowed: allowed, required: slices.Sorted(maps.Keys(issuer.RequiredClaims))}
	for _, typ := range issuer.Types {
		t.types = append(t.types, normalizeType(typ))
	}
	return t, nil
}

// fetchAll fetches the keys of all issuers at the same time.
func (v *Verifier) fetchAll(ctx context.Context) error {
	results := make(chan error, len(v.issuers))
	for _, t := range v.issuers {
		go func() {
			err := t.keys.refresh(ctx, false)
			if err != nil {
				err = fmt.Errorf("issuer %s: %w", t.Issuer.Issuer, err)
			}
			results <- err
		}()
	}
	var failed []error
	for range v.issuers {
		failed = append(failed, <-results)
	}
	return errors.Join(failed...)
}

// Verify checks the token and returns what it says. Every error wraps exactly one
// of the sentinels of package oauth: ErrUnavailable and ErrInvalidResponse mean
// that nothing is known about the token, any other that it is refused.
func (v *Verifier) Verify(ctx context.Context, token string) (oauth.Claims, error) {
	c := v.newCandidate(token)
	for i := range checks {
		if err := checks[i].run(ctx, v, c); err != nil {
			return oauth.Claims{}, err
		}
	}
	c.out.Extra = c.claims.extra()
	return c.out, nil
}

// Settle waits until the keys of every issuer were fetched or could not be, for
// a Verifier that New did not make wait (see [Config.Lazy]). It fails only if
// ctx ends first.
func (v *Verifier) Settle(ctx context.Context) error {
	ticker := time.NewTicker(settleInterval)
	defer ticker.Stop()
	for !v.settled() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", oauth.ErrUnavailable, context.Cause(ctx))
		}
	}
	return nil
}

func (v *Verifier) settled() bool {
	return !slices.ContainsFunc(v.Status(), func(s Status) bool { return s.FetchedAt.IsZero() && s.LastErr == nil })
}

// Status tells, for each issuer in alphabetical order, whether its keys are there and fresh.
func (v *Verifier) Status() []Status {
	out := make([]Status, 0, len(v.issuers))
	for _, t := range v.issuers {
		out = append(out, t.keys.status())
	}
	slices.SortFunc(out, func(a, b Status) int { return strings.Compare(a.Issuer, b.Issuer) })
	return out
}

// Close ends the background work and waits for it. It may be called more than
// once. Tokens can be verified after it with the keys at hand until they are too
// old.
func (v *Verifier) Close() error {
	v.cancel()
	v.wg.Wait()
	v.closeIdle()
	return nil
}

func (v *Verifier) closeIdle() {
	if v.transport != nil {
		v.transport.CloseIdleConnections()
	}
}
