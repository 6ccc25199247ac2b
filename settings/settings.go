package settings

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
	Log       Log

	sources    map[string]Source
	warnings   []string
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
	return append([]string(nil), s.warnings...)
}

// source returns where the variable's value came from.
func (s Settings) source(name string) Source {
	if src, ok := s.sources[name]; ok {
		return src
	}
	return SourceDefault
}

// required are the fields that have no default and that every agent needs.
func required(s *Settings) []any { return []any{&s.Agent.Name, &s.Agent.Author} }
