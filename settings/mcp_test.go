package settings_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/settings"
)

// An MCP server is on this machine, and its path is none of the agent's own.
func TestWhereAnMCPServerIsAndIsReached(t *testing.T) {
	t.Parallel()
	set, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("MCP__UPSTREAM_URL=http://127.0.0.1:9000/mcp", "MCP__PATH=/tools/mcp")})
	if err != nil || !set.MCP.Enabled() || set.MCP.Path != "/tools/mcp" {
		t.Errorf("%+v, %v", set.MCP, err)
	}
	if set, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal()}); err != nil || set.MCP.Enabled() || set.MCP.Path != "/mcp" {
		t.Errorf("without one: %+v, %v", set.MCP, err)
	}
	for _, tt := range []struct{ name, value, problem string }{
		{"MCP__UPSTREAM_URL", "http://tools.example:9000", "on loopback"}, {"MCP__UPSTREAM_URL", "https://127.0.0.1:9000", "needs no TLS"}, {"MCP__UPSTREAM_URL", "tools", "must look like"},
		{"MCP__PATH", "mcp", "must look like"}, {"MCP__PATH", "/", "must look like"}, {"MCP__PATH", "/mcp/", "must look like"}, {"MCP__PATH", "/a//b", "must look like"}, {"MCP__PATH", "/../a", "must look like"},
		{"MCP__PATH", "/{id}", "must look like"}, {"MCP__PATH", "/.well-known/mcp", "must look like"}, {"MCP__PATH", "/tasks", "answers itself"}, {"MCP__PATH", "/Agent/mcp", "answers itself"},
		{"MCP__SESSIONS", "0", "1"}, {"MCP__SESSION_IDLE", "1ms", "1s"},
	} {
		environ := minimal("MCP__UPSTREAM_URL=http://127.0.0.1:9000")
		if tt.name == "MCP__UPSTREAM_URL" {
			environ = minimal()
		}
		_, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: append(environ, tt.name+"="+tt.value)})
		faults, ok := errors.AsType[*settings.Error](err)
		if !ok || len(faults.Faults) != 1 || faults.Faults[0].Variable != tt.name || !strings.Contains(faults.Faults[0].Problem, tt.problem) {
			t.Errorf("%s=%s: %v", tt.name, tt.value, err)
		}
	}
	if _, err := settings.Load(settings.Options{SkipDotEnv: true, Environ: minimal("MCP__PATH=/x")}); err == nil || !strings.Contains(err.Error(), "MCP__UPSTREAM_URL") {
		t.Errorf("a path to nobody: %v", err)
	}
}
