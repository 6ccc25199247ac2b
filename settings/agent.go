package settings

import "time"

// Backend names what answers a message.
type Backend string

// The backends there are.
const (
	BackendEcho Backend = "echo"
	BackendExec Backend = "exec"
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
	Name        string `env:"AGENT__NAME" required:"true" rule:"didpart" doc:"Name of the agent: part of its DID and title of its card; letters, digits, spaces and @ . - _." example:"joke-teller"`
	Author      string `env:"AGENT__AUTHOR" required:"true" rule:"didpart" doc:"Who answers for the agent, usually an e-mail address: part of its DID, with the same characters." example:"you@example.com"`
	Description string `env:"AGENT__DESCRIPTION" doc:"One sentence for the card." example:"Tells a joke about anything"`
	Version     string `env:"AGENT__VERSION" default:"0.1.0" doc:"Version of the agent, shown on its card." example:"1.4.2"`
	SkillsFile  string `env:"AGENT__SKILLS_FILE" rule:"path" doc:"File of what the agent can do, a list in YAML or JSON (docs/wire-format.md, Skills): for the cards, /agent/skills and /agent/negotiation. It is read at start. Without one the agent has one skill: its name and description." example:"/etc/agent/skills.yaml"`
	URL         string `env:"AGENT__URL" rule:"origin" derived:"scheme, NETWORK__HOST and NETWORK__PORT" doc:"The address under which peers reach the agent; card, registration and log all use it. It has no path: the agent is served at /." example:"https://joke-teller.internal:3773"`
	Dir         string `env:"AGENT__DIR" alias:"DID__PKI_DIR" default:".bindu" rule:"path" doc:"Directory of keys, certificates and credentials." example:"/var/lib/joke-teller"`
	KeyPassword Secret `env:"AGENT__KEY_PASSWORD" doc:"Password of an encrypted private.pem." example:"correct horse battery staple"`

	AllowPlaintext bool `env:"AGENT__ALLOW_PLAINTEXT" default:"false" doc:"Serve plain HTTP on an address other than loopback when mutual TLS is off." example:"true"`

	Backend            Backend       `env:"AGENT__BACKEND" default:"echo" oneof:"echo|exec" doc:"What answers a message: echo repeats it, exec runs AGENT__COMMAND." example:"exec"`
	Command            []string      `env:"AGENT__COMMAND" form:"argv" doc:"Program of the exec backend and its arguments, as a JSON array or as words with shell quoting; no shell runs." example:"[\"python3\",\"joke.py\"]"`
	CommandEnv         []string      `env:"AGENT__COMMAND_ENV" each:"envname" doc:"Names of variables that the command gets beside PATH, HOME, LANG, LC_ALL, TZ and TMPDIR, with their values from the environment or .env, such as the key of a model. Settings of the agent cannot be named." example:"OPENAI_API_KEY,HTTPS_PROXY"`
	CommandInput       CommandInput  `env:"AGENT__COMMAND_INPUT" default:"text" oneof:"text|json" doc:"What the command reads from standard input: the text of the message, or a JSON object with the message, its history and the caller (docs/exec.md)." example:"json"`
	CommandTimeout     time.Duration `env:"AGENT__COMMAND_TIMEOUT" default:"60s" min:"10ms" max:"1h" doc:"How long one run of the command may take." example:"2m"`
	CommandOutputLimit int64         `env:"AGENT__COMMAND_OUTPUT_LIMIT" unit:"bytes" default:"1MiB" min:"1" max:"64MiB" doc:"How much the command may write to standard output." example:"4MiB"`
}
