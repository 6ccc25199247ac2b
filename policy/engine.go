package policy

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getbindu/bindu-go/identity"
)

// AllowedDIDsRule is the name under which the list of allowed DIDs decides.
const AllowedDIDsRule = "allowed_dids"

// Config is what an [Engine] is made of.
type Config struct {
	// Path is the rules file; "" means none: then everybody on the list of
	// allowed DIDs is admitted, or everybody if there is no list either.
	Path string
	// AllowedDIDs, if not empty, are the only DIDs admitted, compared exactly,
	// before any rule is asked.
	AllowedDIDs []string
	// Now is the clock of the quotas; nil is the machine's.
	Now func() time.Time
}

// Engine applies a rules file that may change while it is in use. It is safe for
// concurrent use.
type Engine struct {
	path    string
	allowed map[string]bool
	quotas  *Quotas

	reload  sync.Mutex
	current atomic.Pointer[loaded]
}

// loaded is a policy with the file content it was made of.
type loaded struct {
	policy  *Policy
	content string
}

// Open reads the rules file. Errors wrap [ErrFile].
func Open(c Config) (*Engine, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	e := &Engine{path: c.Path, quotas: NewQuotas(QuotaRules{}, c.Now)}
	if len(c.AllowedDIDs) > 0 {
		e.allowed = make(map[string]bool, len(c.AllowedDIDs))
		for _, d := range c.AllowedDIDs {
			e.allowed[d] = true
		}
	}
	e.current.Store(&loaded{policy: &Policy{fallback: Allow}})
	if c.Path == "" {
		return e, nil
	}
	if err := e.Reload(); err != nil {
		return nil, err
	}
	return e, nil
}

// Decide applies the list of allowed DIDs and then the rules.
func (e *Engine) Decide(ctx context.Context, c identity.Caller, r Request) Decision {
	if d, refused := e.refuse(c); refused {
		return d
	}
	return e.current.Load().policy.Decide(ctx, c, r)
}

// Explain is [Policy.Explain] with the list of allowed DIDs before it.
func (e *Engine) Explain(ctx context.Context, c identity.Caller, r Request) (Decision, []Step) {
	outcome, steps := e.current.Load().policy.Explain(ctx, c, r)
	if e.allowed == nil {
		return outcome, steps
	}
	d, refused := e.refuse(c)
	first := Step{Rule: AllowedDIDsRule, Effect: Require, Holds: !refused, Early: true, Decided: refused}
	if refused {
		outcome = d
		for i := range steps {
			steps[i].Decided = false
		}
	}
	return outcome, append([]Step{first}, steps...)
}

func (e *Engine) refuse(c identity.Caller) (Decision, bool) {
	if e.allowed == nil || (!c.DID.IsZero() && e.allowed[c.DID.String()]) {
		return Decision{}, false
	}
	return Decision{Rule: AllowedDIDsRule, Reason: "the caller is not on the list of allowed DIDs"}, true
}

// Quotas counts against the quotas of the file in force.
func (e *Engine) Quotas() *Quotas { return e.quotas }

// Reload reads the file again and puts it in force. If it is broken, the one
// before stays, and the error, which wraps [ErrFile], says why. An unchanged file
// is not compiled again.
func (e *Engine) Reload() error {
	e.reload.Lock()
	defer e.reload.Unlock()
	if e.path == "" {
		return nil
	}
	content, err := readFile(e.path)
	if err != nil {
		return err
	}
	if e.current.Load().content == string(content) && len(content) > 0 {
		return nil
	}
	p, err := Parse(content)
	if err != nil {
		return fmt.Errorf("%s: %w", e.path, err)
	}
	e.current.Store(&loaded{policy: p, content: string(content)})
	e.quotas.SetRules(p.quotas)
	return nil
}

// readFile refuses a file that everybody may write: whoever writes it decides who
// may do what.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError("%w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fileError("%w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o002 != 0 {
		return nil, fileError("%s has mode %v; it must be a regular file that not everybody may write (chmod o-w)", path, info.Mode())
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fileError("%w", err)
	}
	return data, nil
}
