package settings

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// MCP says which MCP server is behind the gates.
type MCP struct {
	UpstreamURL         Loopback   `envconfig:"MCP__UPSTREAM_URL" desc:"Where a plain MCP server (streamable HTTP) is that callers reach at MCP__PATH, whatever AGENT__BACKEND is: http on loopback, or a Unix socket; without a path it is asked at /mcp (docs/sidecar.md)." example:"http://127.0.0.1:9000/mcp"`
	Path                ServedPath `envconfig:"MCP__PATH" default:"/mcp" desc:"Path at which callers reach the MCP server." example:"/tools/mcp"`
	UpstreamTimeout     Duration   `envconfig:"MCP__UPSTREAM_TIMEOUT" default:"60s" desc:"How long the MCP server may be silent: until it begins to answer, or between two events of an answer." example:"5m"`
	UpstreamAnswerLimit Bytes      `envconfig:"MCP__UPSTREAM_ANSWER_LIMIT" default:"4MiB" desc:"Size of one answer of the MCP server, or of one event of its stream." example:"16MiB"`
	Sessions            Int        `envconfig:"MCP__SESSIONS" default:"4096" desc:"Sessions of all callers at once. More get 503." example:"1000"`
	SessionsPerDID      Int        `envconfig:"MCP__SESSIONS_PER_DID" default:"16" desc:"Sessions of one DID at once. One more ends the one that it used longest ago; where all are in use it gets 429." example:"4"`
	SessionIdle         Duration   `envconfig:"MCP__SESSION_IDLE" default:"1h" desc:"How long a session lasts that nobody uses." example:"10m"`
}

func (m *MCP) ranges() []bounds {
	return []bounds{
		lasts(&m.UpstreamTimeout, 10*time.Millisecond, time.Hour),
		within(&m.UpstreamAnswerLimit, kib, 64*mib),
		within(&m.Sessions, 1, 1000000),
		within(&m.SessionsPerDID, 1, 10000),
		lasts(&m.SessionIdle, time.Second, 7*24*time.Hour),
	}
}

// Enabled reports whether there is an MCP server behind the gates.
func (m MCP) Enabled() bool { return m.UpstreamURL != "" }

// ServedPath is a path that the agent answers for somebody else, in the one spelling that
// it has.
type ServedPath string

// Decode implements envconfig.Decoder.
func (p *ServedPath) Decode(text string) error {
	return assign(p, ServedPath(text), checkServedPath(text))
}

var servedPath = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)

// ownRoots are how the paths begin that the agent answers itself.
var ownRoots = []string{"agent", "did", "health", "tasks", "message", "extendedagentcard"}

func checkServedPath(text string) (wrong string) {
	if !servedPath.MatchString(text) || len(text) > 256 {
		return "must look like /mcp: letters, digits and - . _ ~ between slashes, and no slash at the end"
	}
	first, _, _ := strings.Cut(text[1:], "/")
	if first = strings.ToLower(first); slices.Contains(ownRoots, first) || strings.HasPrefix(first, "lf.a2a.") {
		return "begins as paths do that the agent answers itself: choose another, such as /mcp"
	}
	return ""
}
