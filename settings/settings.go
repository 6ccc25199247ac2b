package settings

import "slices"

// Settings is everything an operator can choose, read once by [Load] and never
// changed afterwards. Each leaf field is bound to one environment variable by
// its `envconfig` tag. Its default, one-line description and an example stand in
// the tags beside it and nowhere else; what its value must satisfy is said by its
// type, and a range in the section's ranges.
type Settings struct {
	Agent     Agent
	Network   Network
	Hydra     Hydra
	Registrar Registrar
	Auth      Auth
	MTLS      MTLS
	DID       DID
	Limits    Limits
	Task      Task
	Push      Push
	Egress    Egress
	MCP       MCP
	Log       Log

	findings
	commandEnv *commandEnv
}

// Source says where the value of a setting came from.
type Source string

// The places a value can come from, weakest first.
const (
	SourceDefault     Source = "default"     // nobody set it
	SourceDerived     Source = "derived"     // nobody set it; it follows from other settings
	SourceDotEnv      Source = ".env"        // the .env file
	SourceEnvironment Source = "environment" // the process environment, which wins
	SourceProgram     Source = "program"     // Go code that made the settings
)

// Warnings lists, in plain sentences for the log, the choices that work but
// that an operator should know about. It never contains a secret.
func (s Settings) Warnings() []string {
	return slices.Clone(s.warnings)
}

func (*Settings) program() string { return "an agent" }
func (*Settings) other() root     { return new(RegistrarSettings) }

// required implements root.
func (s *Settings) required() []any { return []any{&s.Agent.Name, &s.Agent.Author} }

// understood implements root.
func (*Settings) understood() []string {
	names := make([]string, len(referenceNames))
	for i, r := range referenceNames {
		names[i] = r.name
	}
	return names
}

// readOthers implements root: variables for the command, and the reference's.
func (s *Settings) readOthers(l *loader, dotEnv map[string]string, environ []string) {
	rules := agentRules{l, s}
	rules.readCommandEnv(dotEnv, environ)
	rules.checkReference()
}

// judge implements root.
func (s *Settings) judge(l *loader) {
	rules := agentRules{l, s}
	rules.derive()
	rules.checkEnabled()
	if !l.incomplete {
		rules.checkComplete()
	}
	rules.adviseAll()
}

// agentRules are what the settings of an agent have to satisfy together.
type agentRules struct {
	*loader
	s *Settings
}
