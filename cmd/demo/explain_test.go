package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/authority"
)

// Each way to fail has its exit code and its word, which can be looked up.
func TestEveryExitHasAWord(t *testing.T) {
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		err  error
		code int
		word string
	}{
		"no Go":             {authority.ErrNoGo, exitFailed, "go_missing"},
		"no compiler":       {fmt.Errorf("%w (cc)", authority.ErrNoCompiler), exitFailed, "compiler_missing"},
		"no source":         {errors.Join(authority.ErrNoSource, os.ErrNotExist), exitFailed, "source_missing"},
		"it did not start":  {fmt.Errorf("step-ca: %w", authority.ErrNotStarted), exitFailed, "authority_failed"},
		"a signal":          {fmt.Errorf("waiting: %w", context.Canceled), exitFailed, "interrupted"},
		"a wrong flag":      {usageOf(nil, errors.New("unknown flag")), exitUsage, "usage"},
		"what nobody knows": {errors.New("odd"), exitFailed, "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			explain(&out, test.err)
			if want := "error [" + test.word + "]: "; !strings.HasPrefix(out.String(), want) {
				t.Errorf("%q, want %s", &out, want)
			}
			if code := exitCode(test.err); code != test.code {
				t.Errorf("exit %d, want %d", code, test.code)
			}
			if !bytes.Contains(page, []byte("`"+test.word+"`")) {
				t.Errorf("docs/troubleshooting.md lacks %s", test.word)
			}
		})
	}
}

// A step that came out wrong fails the program, and its line has said why.
func TestAWrongStepFailsWithoutAnotherWord(t *testing.T) {
	var shown, errOut bytes.Buffer
	r := &report{out: &shown}
	r.add(step{Step: "refusal", Name: "a stranger", Result: "200", Want: "401 token_absent"})
	r.add(step{Step: "message", Name: "a friend", Result: "hello", OK: true})
	if r.wrong != 1 || r.steps != 2 || !strings.HasPrefix(shown.String(), "FAIL  refusal    a stranger  →  200  (should be 401 token_absent)\nok  ") {
		t.Errorf("%d of %d wrong: %s", r.wrong, r.steps, &shown)
	}
	explain(&errOut, errWrong)
	if exitCode(errWrong) != exitFailed || exitCode(nil) != exitOK || errOut.Len() > 0 {
		t.Errorf("exit %d and %d, %q", exitCode(errWrong), exitCode(nil), &errOut)
	}
}
