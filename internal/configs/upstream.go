package configs

import (
	"time"

	"github.com/getbindu/bindu-go/backend/openai"
	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/mcp"
	"github.com/getbindu/bindu-go/settings"
)

// Upstream is the plain A2A agent that answers messages.
func Upstream(set settings.Settings) upstream.Config {
	s := set.Agent
	return upstream.Config{URL: string(s.UpstreamURL), Timeout: time.Duration(s.UpstreamTimeout), AnswerLimit: int64(s.UpstreamAnswerLimit)}
}

// Vouches reports whether there is a program behind us that is told who asks.
func Vouches(set settings.Settings) bool {
	return set.Agent.Backend == settings.BackendUpstream || set.MCP.Enabled()
}

// MCP is the plain MCP server that is behind the gates, if there is one.
func MCP(set settings.Settings) mcp.Config {
	s := set.MCP
	return mcp.Config{
		URL: string(s.UpstreamURL), Timeout: time.Duration(s.UpstreamTimeout), AnswerLimit: int64(s.UpstreamAnswerLimit),
		Sessions: int(s.Sessions), SessionsPerCaller: int(s.SessionsPerDID), SessionIdle: time.Duration(s.SessionIdle),
	}
}

// MCPRoute is how callers reach it; who answers is not in it.
func MCPRoute(set settings.Settings) gate.Route {
	return gate.Route{
		MCP: true, Calls: mcp.Calls(), Otherwise: mcp.Otherwise(),
		Permissions: gate.Permissions(mcp.Permissions()).Override(gate.Permissions(set.Auth.Permissions)),
	}
}

// OpenAI is the model that answers messages.
func OpenAI(set settings.Settings) openai.Config {
	s := set.Agent
	return openai.Config{
		URL: string(s.OpenAIURL), Model: string(s.OpenAIModel), Key: s.OpenAIKey.Reveal(), System: string(s.OpenAISystem),
		Timeout: time.Duration(s.OpenAITimeout), AnswerLimit: int64(s.OpenAIAnswerLimit),
	}
}
