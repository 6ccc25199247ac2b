package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// keep waits for the user, or for something to end that should not.
func (s *stack) keep(ctx context.Context, r *report) {
	r.say(`
Both agents keep running; press Ctrl-C to stop them. To call one as the other:
  env $(sed 's/#.*//' %s/authority/authority.env | xargs) AGENT__NAME=poet AGENT__AUTHOR=demo@example.com \
    AGENT__DIR=%s/poet %s call %s "Hello"`, s.dir, s.dir, agentProgram(os.Executable()), s.critic.agent.URL())
	select {
	case <-ctx.Done():
	case <-s.authority.Done():
		r.say("The authority ended: %v", s.authority.Err())
	case err := <-s.poet.done:
		r.say("poet ended: %v", err)
	case err := <-s.critic.done:
		r.say("critic ended: %v", err)
	}
}

// agentProgram is what a shell starts the agent by: the program beside this one,
// which is at the path that is given, or what "go run" makes of the source tree,
// in which the demo runs anyway.
func agentProgram(demo string, err error) string {
	beside := filepath.Join(filepath.Dir(demo), "agent")
	if info, statErr := os.Stat(beside); err != nil || statErr != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "go run ./cmd/agent"
	}
	if strings.ContainsFunc(beside, func(r rune) bool {
		return !strings.ContainsRune("/._-", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return "'" + strings.ReplaceAll(beside, "'", `'\''`) + "'"
	}
	return beside
}
