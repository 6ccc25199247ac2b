package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
)

// Whoever is asked answers at once: it is the flag that ends the wait.
func TestTheCommandsOwnDeadlineIsNamed(t *testing.T) {
	w := newWorld(t, nil)
	w.hydra.Register(criticDID, "", hydratest.Document{})
	for name, args := range map[string][]string{
		"call":          {"call", w.critic, "hi"},
		"token fetch":   {"token", "fetch"},
		"token inspect": {"token", "inspect"},
		"key accept":    {"key", "accept", criticDID},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := runAgent(t, "a.b.c", append(args, "--timeout", "1ns")...)
			if code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "error [timeout]: ") ||
				!strings.Contains(errOut, "--timeout 1ns") || !strings.Contains(errOut, "hint: a longer --timeout") ||
				strings.Contains(errOut, "firewall") {
				t.Errorf("exit %d, %q, %q", code, out, errOut)
			}
		})
	}
}

// A cause that is not the deadline keeps its word, also when the time is over.
func TestOnlyTheCommandsOwnDeadlineIsATimeout(t *testing.T) {
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	<-over.Done()
	late := fmt.Errorf("%w: %w", oauth.ErrUnavailable, fetch.Describe(context.DeadlineExceeded, &url.URL{Host: "hydra:4445"}))
	for name, tt := range map[string]struct {
		ctx  context.Context
		err  error
		want string
	}{
		"the deadline":            {over, late, "timeout"},
		"a timeout of a setting":  {t.Context(), late, "hydra_unavailable"},
		"refused, and then late":  {over, oauth.ErrUnavailable, "hydra_unavailable"},
		"a weak key, and late":    {over, did.ErrWeakKey, "key_weak"},
		"without a known address": {over, context.Cause(over), "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			err := outOfTime(tt.ctx, time.Second, tt.err)
			if got, _ := diagnose(err); got != tt.want {
				t.Errorf("%q, want %q: %v", got, tt.want, err)
			}
			if tt.want != "timeout" && !errors.Is(err, tt.err) {
				t.Errorf("%v, want the same error", err)
			}
		})
	}
	if outOfTime(over, time.Second, nil) != nil {
		t.Error("a success is a timeout")
	}
}
