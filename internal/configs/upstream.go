package configs

import (
	"time"

	"github.com/getbindu/bindu-go/backend/openai"
	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/settings"
)

// Upstream is the plain A2A agent that answers messages.
func Upstream(set settings.Settings) upstream.Config {
	s := set.Agent
	return upstream.Config{URL: string(s.UpstreamURL), Timeout: time.Duration(s.UpstreamTimeout), AnswerLimit: int64(s.UpstreamAnswerLimit)}
}

// Vouches reports whether there is a program behind us that is told who asks.
func Vouches(set settings.Settings) bool { return set.Agent.Backend == settings.BackendUpstream }

// OpenAI is the model that answers messages.
func OpenAI(set settings.Settings) openai.Config {
	s := set.Agent
	return openai.Config{
		URL: string(s.OpenAIURL), Model: string(s.OpenAIModel), Key: s.OpenAIKey.Reveal(), System: string(s.OpenAISystem),
		Timeout: time.Duration(s.OpenAITimeout), AnswerLimit: int64(s.OpenAIAnswerLimit),
	}
}
