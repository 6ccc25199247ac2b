package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

func TestExplain(t *testing.T) {
	taken := fmt.Errorf("reconcile: %w", &hydra.RequestError{Op: "get client", URL: "http://h", Err: hydra.ErrDIDTaken})
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"nothing to say":           {errors.New("odd"), "error: odd\n"},
		"already said":             {&cli.SilentError{Code: 1}, ""},
		"a cause deep down":        {taken, "error [did_taken]: " + taken.Error() + "\n"},
		"a word of mtls":           {fmt.Errorf("enrol: %w", mtls.ErrFingerprintMismatch), "error [ca_fingerprint_mismatch]: enrol: " + mtls.ErrFingerprintMismatch.Error() + "\n"},
		"a stranger's certificate": {fmt.Errorf("dial: %w", mtls.ErrNoDID), "error [cert_no_did]: dial: certificate names no DID\nhint: that is no agent's certificate; check the address and the port\n"},
		"a refusal without words":  {&peer.Refusal{Status: 502}, "error [refused]: the peer refused the request: bad gateway (status 502)\n"},
		"an interruption":          {fmt.Errorf("wait: %w", context.Canceled), "error [interrupted]: wait: context canceled\n"},
		"bytes that are no text":   {errors.New("a\xffb\x9bc"), "error: a\ufffdb\ufffdc\n"},
		"control characters":       {errors.New("a\x1bb\nc\u009bd"), "error: a\ufffdb\nc\ufffdd\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			explain(&out, test.err)
			if out.String() != test.want {
				t.Errorf("%q, want %q", &out, test.want)
			}
		})
	}
}

// Which authority an agent asks is not known to an error: its hint names both.
func TestHintsHoldWithARegistrarToo(t *testing.T) {
	for err, wants := range map[error][]string{
		hydra.ErrSecretRejected:  {"start the agent of this directory", "client_deleted", "with a registrar revoked"},
		oauth.ErrUnavailable:     {"HYDRA__PUBLIC_URL", "HYDRA__ADMIN_URL too where there is no REGISTRAR__URL"},
		oauth.ErrInvalidResponse: {"HYDRA__PUBLIC_URL", "HYDRA__ADMIN_URL, where there is no REGISTRAR__URL"},
		registrarapi.ErrDatabase: {"[registrar_unavailable]", "its operator"},
	} {
		var out strings.Builder
		explain(&out, err)
		for _, want := range wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q lacks %q", out.String(), want)
			}
		}
	}
}

// A token that cannot be had is told by why it cannot, if that says more.
func TestTheMoreExactWordCounts(t *testing.T) {
	for want, err := range map[string]error{
		"secret_rejected":   fmt.Errorf("%w: %w", peer.ErrToken, hydra.ErrSecretRejected),
		"token_unavailable": fmt.Errorf("%w: %w", peer.ErrToken, oauth.ErrUnavailable),
		"hydra_unavailable": fmt.Errorf("discover: %w", oauth.ErrUnavailable),
		"client_deleted":    fmt.Errorf("%w: %w", mtls.ErrToken, hydra.ErrClientDeleted),
	} {
		if got, _ := diagnose(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

// TestNoAdviceOfAnotherCause: what is wrong with step-ca is not what is wrong
// with another agent's certificate, although the same error is in both.
func TestNoAdviceOfAnotherCause(t *testing.T) {
	for want, err := range map[string]error{
		"ca_untrusted":       fmt.Errorf("%w: %w (%w)", mtls.ErrCAUntrusted, stepca.ErrCAChain, mtls.ErrUnknownCA),
		"ca_bad_certificate": fmt.Errorf("%w: %w", mtls.ErrCABadCertificate, mtls.ErrIssuerMismatch),
	} {
		if got, hint := diagnose(err); got != want || hint != "" {
			t.Errorf("%v: %s with the hint %q, want %s with none", err, got, hint, want)
		}
	}
	if _, hint := diagnose(mtls.ErrUnknownCA); hint == "" {
		t.Error("another agent's certificate of another CA has no hint any more")
	}
}

func TestDiagnosesAreWellFormed(t *testing.T) {
	word := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[error]bool{}
	for _, d := range diagnoses() {
		if !word.MatchString(d.reason) || seen[d.err] {
			t.Errorf("%q of %v: not a word, or a second one", d.reason, d.err)
		}
		if strings.HasSuffix(d.hint, ".") || strings.Contains(d.hint, "\n") {
			t.Errorf("the hint of %s is not one plain line: %q", d.reason, d.hint)
		}
		seen[d.err] = true
	}
}

// 1 is for what was tried in vain, 2 for what was asked for in the wrong way.
func TestExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	seed := strings.Repeat("0", 64)
	for line, want := range map[string]int{
		"":                                cli.ExitOK,
		"--help":                          cli.ExitOK,
		"version":                         cli.ExitOK,
		"nonsense":                        cli.ExitUsage,
		"demo --keep":                     cli.ExitUsage,
		"version extra":                   cli.ExitUsage,
		"version --nonsense":              cli.ExitUsage,
		"config":                          cli.ExitUsage, // nothing is set
		"call https://127.0.0.1:1 hi":     cli.ExitUsage,
		"sign --seed-hex x --did d":       cli.ExitUsage,
		"cert --pem --json":               cli.ExitUsage,
		"did derive":                      cli.ExitUsage,
		"did":                             cli.ExitFailed,
		"cert":                            cli.ExitFailed,
		"health --timeout 1ns":            cli.ExitFailed,
		"verify --public-key 1":           cli.ExitFailed,
		"sign --did x --seed-hex " + seed: cli.ExitFailed,
	} {
		if code, _, errOut := runAgent(t, "", strings.Fields(line)...); code != want {
			t.Errorf("agent %s: exit %d, want %d: %s", line, code, want, errOut)
		}
	}
}

func TestSettingsErrorsListEveryFault(t *testing.T) {
	var out bytes.Buffer
	explain(&out, cli.Usage(&settings.Error{Faults: []settings.Fault{{Variable: "A", Problem: "is bad"}, {Variable: "B", Problem: "is worse"}}}))
	for _, want := range []string{"error [settings_invalid]", "A: is bad", "B: is worse", "hint: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %q", want, &out)
		}
	}
}
