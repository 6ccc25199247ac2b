package settings

import (
	"os"
	"slices"
	"strings"
)

// commandEnv holds variables for the command, by name. Behind a pointer, since
// fmt prints unexported members without asking their methods.
type commandEnv struct{ values map[string]Secret }

const commandEnvName = "AGENT__COMMAND_ENV"

// reservedEnv are set for the command by the exec backend.
var reservedEnv = []string{"AGENT_CALLER_DID", "AGENT_CALLER_NAME", "AGENT_TASK_ID", "AGENT_CONTEXT_ID"}

// checkEnvName wants the name of a variable that may be handed to a command.
// Ours stay here, whichever they are: the command speaks to whoever may call the
// agent, and Hydra's address or the password of the key are not theirs to learn.
func checkEnvName(name string) (problem string) {
	for i, r := range name {
		if r != '_' && !('A' <= r && r <= 'Z') && !('a' <= r && r <= 'z') && (i == 0 || r < '0' || r > '9') {
			return "must be the name of a variable, without its value"
		}
	}
	upper := strings.ToUpper(name)
	switch {
	case slices.ContainsFunc(prefixes(everyField()), func(p string) bool { return strings.HasPrefix(upper, p) }):
		return "is a setting of the agent, which its command must not see"
	case slices.Contains(reservedEnv, upper):
		return "is set by the agent itself"
	}
	return ""
}

// environ returns the environment that o says.
func (o Options) environ() []string {
	if o.Environ != nil {
		return o.Environ
	}
	return os.Environ()
}

// commandEnv returns the names that AGENT__COMMAND_ENV has in the environment.
func (o Options) commandEnv() []string {
	for _, entry := range o.environ() {
		if text, ok := strings.CutPrefix(entry, commandEnvName+"="); ok {
			names, _ := parseList(strings.TrimSpace(text)) // a fault is found when it is decoded
			return names
		}
	}
	return nil
}

// readCommandEnv keeps the values of the variables for the command, byte for
// byte: the environment's, else those of .env.
func (l agentRules) readCommandEnv(dotEnv map[string]string, environ []string) {
	values := make(map[string]Secret, len(l.s.Agent.CommandEnv))
	for _, name := range l.s.Agent.CommandEnv {
		if value, ok := dotEnv[name]; ok {
			values[name] = NewSecret(value)
		}
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				values[name] = NewSecret(value)
			}
		}
		if _, ok := values[name]; !ok {
			l.warn("%s names %s, which is not set: the command runs without it", commandEnvName, name)
		}
	}
	l.s.commandEnv = &commandEnv{values}
}

// CommandVariable returns the value of a variable that AGENT__COMMAND_ENV names,
// from the process environment or else from .env, and false if it is not set.
// Do not log it: it is likely to be a secret.
func (s Settings) CommandVariable(name string) (value string, set bool) {
	if s.commandEnv == nil {
		return "", false
	}
	secret, set := s.commandEnv.values[name]
	return secret.Reveal(), set
}
