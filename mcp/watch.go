package mcp

import (
	"context"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/mcpwire"
	"github.com/getbindu/bindu-go/internal/retry"
)

const (
	// awayEvery is how often it is looked for a server that was not there.
	awayEvery = time.Second
	// lookTime is how long the server may take to accept a connection, or to end a session.
	lookTime = 5 * time.Second
)

// ReasonAway is the word of /readyz while nobody is there.
const ReasonAway = "mcp_unavailable"

// Reason is [ReasonAway] if nobody accepts connections where the server should be, else "".
func (h *Handler) Reason() string {
	if h.away.Load() {
		return ReasonAway
	}
	return ""
}

// note notes whether the server is there, and logs a change.
func (h *Handler) note(err error) {
	if away := err != nil; h.away.Swap(away) == away {
		return
	}
	if err == nil {
		h.cfg.Logger.Info("the MCP server is there", "url", h.at.String())
		return
	}
	h.cfg.Logger.Warn("the MCP server cannot be asked: start it, or correct MCP__UPSTREAM_URL", "url", h.at.String(), "error", err)
}

// Watch looks again and again whether the server is there, and ends sessions that nobody
// used for too long, until ctx ends. It returns nil.
func (h *Handler) Watch(ctx context.Context) error {
	for {
		h.look(ctx)
		for _, over := range h.sessions.expire() {
			h.endUpstream(ctx, over)
		}
		every := h.cfg.ProbeEvery
		if h.away.Load() {
			every = min(every, awayEvery)
		}
		if retry.Wait(ctx, every) != nil {
			return nil
		}
	}
}

func (h *Handler) look(ctx context.Context) {
	looking, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if err := h.at.Reach(looking); ctx.Err() == nil {
		h.note(err)
	}
}

// endUpstream has the server forget a session that is over here. Whether it does is its
// own affair.
func (h *Handler) endUpstream(ctx context.Context, over *session) {
	if h.away.Load() {
		return
	}
	header := http.Header{mcpwire.HeaderSession: {over.id}}
	if err := h.prove(header, over.caller, mcpwire.MethodEnd, ""); err != nil {
		h.cfg.Logger.Warn("a session of the MCP server was not ended", "error", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	answer, err := h.http.Open(ctx, fetch.Question{Method: http.MethodDelete, URL: h.url, Header: header, Statuses: anyStatus})
	if err != nil {
		h.cfg.Logger.Warn("a session of the MCP server was not ended", "error", err)
		return
	}
	_ = answer.Body.Close()
}

func anyStatus(int) bool { return true }
