package main

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// TestTokenFetch shows that the token is printed alone, that it is one which
// opens agents, and that a failure prints none.
func TestTokenFetch(t *testing.T) {
	newWorld(t, nil)
	code, token, errOut := runAgent(t, "", "token", "fetch")
	if code != cli.ExitOK || strings.Count(token, "\n") != 1 || errOut != "" {
		t.Fatalf("exit %d, %q, %q", code, token, errOut)
	}
	if code, out, errOut := runAgent(t, token, "token", "inspect"); code != cli.ExitOK {
		t.Errorf("the token does not pass: exit %d, %s %s", code, out, errOut)
	}
	for name, tt := range map[string]struct {
		variable, value, reason string
		args                    []string
	}{
		"no directory":     {"AGENT__DIR", "nowhere", "identity_missing", nil},
		"another audience": {"", "", "audience_not_allowed", []string{"--audience", "somebody-else"}},
		"no authority":     {"HYDRA__PUBLIC_URL", "", "token_unavailable", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.variable != "" {
				t.Setenv(tt.variable, tt.value)
			}
			code, out, errOut := runAgent(t, "", append([]string{"token", "fetch"}, tt.args...)...)
			if code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "["+tt.reason+"]") {
				t.Errorf("exit %d, %q, %q, want [%s]", code, out, errOut, tt.reason)
			}
		})
	}
}
