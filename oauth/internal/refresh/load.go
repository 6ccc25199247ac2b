package refresh

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/internal/brief"
	"github.com/getbindu/bindu-go/oauth"
)

// question is a load under way.
type question struct {
	asked time.Time
	void  bool // forgotten meanwhile: its answer does not count; Cache.mu guards it
}

var (
	errLate     = fmt.Errorf("%w: the answer came when it did not hold any more", oauth.ErrUnavailable)
	errPanicked = fmt.Errorf("%w: asking panicked", oauth.ErrUnavailable)
)

// Load asks in any case, for the caller alone, and keeps what was found out.
func (c *Cache[K, A, V]) Load(ctx context.Context, key K, arg A) (V, error) {
	c.mu.Lock()
	q := c.begin(key)
	c.mu.Unlock()
	found, err := c.ask(ctx, q, key, arg)
	if err == nil && !c.holds(found) {
		err = errLate
	}
	if err != nil {
		var none V
		return none, err
	}
	return found.Value, nil
}

// begin notes a question; c.mu is held.
func (c *Cache[K, A, V]) begin(key K) *question {
	q := &question{asked: c.cfg.Now()}
	c.asking[key] = append(c.asking[key], q)
	return q
}

// ask loads, and keeps what was found out unless it was forgotten meanwhile.
func (c *Cache[K, A, V]) ask(ctx context.Context, q *question, key K, arg A) (Answer[V], error) {
	found, err := c.try(ctx, key, arg)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asking[key] = slices.DeleteFunc(c.asking[key], func(other *question) bool { return other == q }); len(c.asking[key]) == 0 {
		delete(c.asking, key)
	}
	switch {
	case err != nil:
		if c.cfg.Final(err) {
			c.expire(key, q.asked)
		}
		if !q.void && c.cfg.Remember(err) {
			c.refused.Set(key, refusal{err, c.cfg.Now().Add(c.cfg.Pause)})
		}
		return Answer[V]{}, err
	case q.void:
		return Answer[V]{}, nil // which does not hold
	case !found.Once:
		c.store(key, q.asked, found)
	}
	return found, nil
}

// try makes an error of a panic: on the goroutine of a shared load nobody else
// could, and it would end the process.
func (c *Cache[K, A, V]) try(ctx context.Context, key K, arg A) (found Answer[V], err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		what := fmt.Sprintf("%T", v) // its text may quote the secret that was asked about
		if e, ok := v.(runtime.Error); ok {
			what = e.Error()
		}
		c.cfg.Log.ErrorContext(ctx, "asking an authority panicked", slog.String("panic", what), slog.String(brief.StackKey, string(debug.Stack())))
		found, err = Answer[V]{}, errPanicked
	}()
	return c.cfg.Load(ctx, key, arg)
}

// holds reports whether an answer may be handed out.
func (c *Cache[K, A, V]) holds(a Answer[V]) bool {
	now := c.cfg.Now()
	return a.Once && a.Expire.IsZero() || now.Before(a.Expire) || now.Before(a.Late)
}
