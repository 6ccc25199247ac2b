package agent

import (
	"context"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/assertion"
	"github.com/getbindu/bindu-go/internal/configs"
)

// openUpstream returns the backend of AGENT__UPSTREAM_URL, and looks from now on whether
// that is there.
func (a *Agent) openUpstream(who self) (*upstream.Upstream, error) {
	vouches, err := a.voucher(who)
	if err != nil {
		return nil, err
	}
	cfg := configs.Upstream(a.opts.Settings)
	cfg.Logger = a.log
	cfg.Prove = func(caller identity.Caller, method string) (http.Header, error) {
		return vouches.Header(assertion.Request{Caller: caller, Audience: cfg.URL, Method: method})
	}
	u, err := upstream.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("AGENT__UPSTREAM_URL: %w", err)
	}
	a.onStop(func(context.Context) error { return u.Close() })
	a.ready.watch(func() (reason, warning string) { return u.Reason(), "" })
	a.background("look after the upstream", u.Watch)
	return u, nil
}
