package agent_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/skill"
)

// No path of the agent's own can be that of an MCP server, in whatever spelling.
func TestNoPathOfTheAgentIsThatOfAnMCPServer(t *testing.T) {
	own := slices.Concat([]string{"/", "/agent/info", "/health", card.Path, card.LegacyPath, did.PathDocument, did.PathResolve, skill.ListPath},
		slices.Collect(maps.Keys(a2a.HTTPJSONRoutes())), slices.Collect(maps.Keys(a2a.GRPCRoutes())))
	for _, path := range own {
		path = strings.NewReplacer("{", "", "}", "").Replace(path)
		for _, text := range []string{path, strings.ToUpper(path), path + "/mcp"} {
			var p settings.ServedPath
			if err := p.Decode(text); err == nil {
				t.Errorf("%s is taken", text)
			}
		}
	}
	for _, path := range []string{"/mcp", "/tools/mcp", "/a-b_c~d/v1.0"} {
		var p settings.ServedPath
		if err := p.Decode(path); err != nil || string(p) != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}
