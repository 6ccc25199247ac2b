package agent

import (
	"context"
	"fmt"
	"net/http"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/assertion"
	"github.com/getbindu/bindu-go/internal/configs"
	"github.com/getbindu/bindu-go/mcp"
)

// openMCP returns what answers for the MCP server of MCP__UPSTREAM_URL, nil without one,
// and looks from now on whether that is there.
func (a *Agent) openMCP(who self) (*mcp.Handler, error) {
	if !a.opts.Settings.MCP.Enabled() {
		return nil, nil
	}
	vouches, err := a.voucher(who)
	if err != nil {
		return nil, err
	}
	cfg := configs.MCP(a.opts.Settings)
	cfg.Now, cfg.Logger = a.opts.Now, a.log
	cfg.Prove = func(caller identity.Caller, method, tool string) (http.Header, error) {
		return vouches.Header(assertion.Request{Caller: caller, Audience: cfg.URL, Method: method, Tool: tool})
	}
	h, err := mcp.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("MCP__UPSTREAM_URL: %w", err)
	}
	a.onStop(func(context.Context) error { return h.Close() })
	a.ready.watch(func() (reason, warning string) { return h.Reason(), "" })
	a.background("look after the MCP server", h.Watch)
	return h, nil
}

// addMCP adds the path of the MCP server, if there is one.
func (a *Agent) addMCP(protected map[string]gate.Route, h *mcp.Handler) {
	if h == nil {
		return
	}
	route := configs.MCPRoute(a.opts.Settings)
	route.Handler = h
	protected[string(a.opts.Settings.MCP.Path)] = route
}
