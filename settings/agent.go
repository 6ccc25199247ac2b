package settings

import "time"

// Backend names what answers a message.
type Backend string

// The backends there are.
const (
	BackendEcho Backend = "echo"
	BackendExec Backend = "exec"
	// BackendUpstream is a plain A2A agent on this machine.
	BackendUpstream Backend = "upstream"
	// BackendOpenAI is a model behind the protocol of OpenAI's chat completions.
	BackendOpenAI Backend = "openai"
)

// CommandInput names what a command reads from its standard input.
type CommandInput string

// What a command can read.
const (
	CommandText CommandInput = "text"
	CommandJSON CommandInput = "json"
)

// Agent says who this agent is and what answers for it.
type Agent struct {
	Name               DIDPart `envconfig:"AGENT__NAME" desc:"Name of the agent: part of its DID and title of its card; letters, digits, spaces and @ . - _." example:"joke-teller"`
	Author             DIDPart `envconfig:"AGENT__AUTHOR" desc:"Who answers for the agent, usually an e-mail address: part of its DID, with the same characters." example:"you@example.com"`
	Description        Text    `envconfig:"AGENT__DESCRIPTION" desc:"One sentence for the card." example:"Tells a joke about anything"`
	Version            Text    `envconfig:"AGENT__VERSION" default:"0.1.0" desc:"Version of the agent, shown on its card." example:"1.4.2"`
	SkillsFile         Path    `envconfig:"AGENT__SKILLS_FILE" desc:"File of what the agent can do, a list in YAML or JSON (docs/wire-format.md, Skills): for the cards, /agent/skills and /agent/negotiation. It is read at start. Without one the agent has one skill: its name and description." example:"/etc/agent/skills.yaml"`
	ExtendedSkillsFile Path    `envconfig:"AGENT__EXTENDED_SKILLS_FILE" desc:"File of further skills, in the form of AGENT__SKILLS_FILE, that only callers who have proved who they are get to see: on the extended card (docs/a2a.md). Without one there is no extended card." example:"/etc/agent/extended-skills.yaml"`
	URL                Origin  `envconfig:"AGENT__URL" derived:"scheme, NETWORK__HOST and NETWORK__PORT" desc:"The address under which peers reach the agent; card, registration and log all use it. It has no path: the agent is served at /." example:"https://joke-teller.internal:3773"`
	Dir                Path    `envconfig:"AGENT__DIR" alias:"DID__PKI_DIR" default:".bindu" desc:"Directory of keys, certificates and credentials." example:"/var/lib/joke-teller"`
	KeyPassword        Secret  `envconfig:"AGENT__KEY_PASSWORD" desc:"Password of an encrypted private.pem." example:"correct horse battery staple"`

	AllowPlaintext Bool `envconfig:"AGENT__ALLOW_PLAINTEXT" default:"false" desc:"Serve plain HTTP on an address other than loopback when mutual TLS is off." example:"true"`

	Backend            Backend      `envconfig:"AGENT__BACKEND" default:"echo" desc:"What answers a message: echo repeats it, exec runs AGENT__COMMAND, upstream is the plain A2A agent at AGENT__UPSTREAM_URL, openai the model AGENT__OPENAI_MODEL." example:"exec"`
	Command            Argv         `envconfig:"AGENT__COMMAND" desc:"Program of the exec backend and its arguments, as a JSON array or as words with shell quoting; no shell runs." example:"[\"python3\",\"joke.py\"]"`
	CommandEnv         EnvNames     `envconfig:"AGENT__COMMAND_ENV" desc:"Names of variables that the command gets beside PATH, HOME, LANG, LC_ALL, TZ and TMPDIR, with their values from the environment or .env, such as the key of a model. Settings of the agent cannot be named." example:"OPENAI_API_KEY,HTTPS_PROXY"`
	CommandInput       CommandInput `envconfig:"AGENT__COMMAND_INPUT" default:"text" desc:"What the command reads from standard input: the text of the message, or a JSON object with the message, its history and the caller (docs/exec.md)." example:"json"`
	CommandTimeout     Duration     `envconfig:"AGENT__COMMAND_TIMEOUT" default:"60s" desc:"How long one run of the command may take." example:"2m"`
	CommandOutputLimit Bytes        `envconfig:"AGENT__COMMAND_OUTPUT_LIMIT" default:"1MiB" desc:"How much the command may write to standard output." example:"4MiB"`

	UpstreamURL         Loopback `envconfig:"AGENT__UPSTREAM_URL" desc:"Where the plain A2A agent (1.0 or 0.3, JSON-RPC) of the upstream backend is: http on loopback, or a Unix socket (docs/sidecar.md)." example:"http://127.0.0.1:9000"`
	UpstreamTimeout     Duration `envconfig:"AGENT__UPSTREAM_TIMEOUT" default:"60s" desc:"How long the upstream may be silent: until it answers, or between two events of its stream." example:"5m"`
	UpstreamAnswerLimit Bytes    `envconfig:"AGENT__UPSTREAM_ANSWER_LIMIT" default:"4MiB" desc:"Size of one answer of the upstream, or of one event of its stream." example:"16MiB"`

	OpenAIURL         ModelURL `envconfig:"AGENT__OPENAI_URL" default:"https://api.openai.com/v1" desc:"Server of the openai backend, any that speaks chat completions: https, or http on loopback; chat/completions is added (docs/sidecar.md)." example:"http://127.0.0.1:11434/v1"`
	OpenAIModel       Text     `envconfig:"AGENT__OPENAI_MODEL" desc:"Model of the openai backend." example:"gpt-5-mini"`
	OpenAIKey         Secret   `envconfig:"AGENT__OPENAI_KEY" desc:"Key by which the server of the openai backend knows us; none where it asks for none." example:"sk-…"`
	OpenAISystem      Text     `envconfig:"AGENT__OPENAI_SYSTEM" desc:"What the model is told before every conversation." example:"You write short poems."`
	OpenAITimeout     Duration `envconfig:"AGENT__OPENAI_TIMEOUT" default:"60s" desc:"How long the model may be silent: until it begins to answer, or between two pieces." example:"2m"`
	OpenAIAnswerLimit Bytes    `envconfig:"AGENT__OPENAI_ANSWER_LIMIT" default:"1MiB" desc:"Size of one answer of the model." example:"4MiB"`
}

func (a *Agent) ranges() []bounds {
	return []bounds{
		lasts(&a.CommandTimeout, 10*time.Millisecond, time.Hour),
		within(&a.CommandOutputLimit, 1, 64*mib),
		lasts(&a.UpstreamTimeout, 10*time.Millisecond, time.Hour),
		within(&a.UpstreamAnswerLimit, kib, 64*mib),
		lasts(&a.OpenAITimeout, 10*time.Millisecond, time.Hour),
		within(&a.OpenAIAnswerLimit, 1, 64*mib),
	}
}
