package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

var anyRegistrar = []string{"--registrar", "127.0.0.1:0", "--registrar-admin", "127.0.0.1:0", "--registrar-webhook", "127.0.0.1:0"}

// TestAgentsAreGivenARegistrar: the environment leads to a registrar that step-ca asks, and not to Hydra's admin API;
// a restart finds the same one.
func TestAgentsAreGivenARegistrar(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	first := start(t, dir, anyRegistrar...)
	if got := first.env["HYDRA__ADMIN_URL"]; got != "" {
		t.Errorf("agents are told of Hydra's admin API at %s", got)
	}
	if got := first.env["REGISTRAR__DID"]; !strings.HasPrefix(got, "did:bindu:development_at_example_com:registrar:") {
		t.Errorf("REGISTRAR__DID=%s", got)
	}
	file := first.env["REGISTRAR__ENROLMENT_TOKEN_FILE"]
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "bindu-enrol-") {
		t.Errorf("the enrolment token is %q, %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the enrolment token: %v, %v", info, err)
	}

	// A client that only Hydra knows gets a token, and no certificate.
	first.env["HYDRA__ADMIN_URL"] = adminURL(t, dir)
	register(t, first.env)
	if _, err := ask(t, first.env); err == nil {
		t.Error("step-ca issues a certificate that the registrar did not allow")
	}
	first.stop()

	second := start(t, dir, anyRegistrar...)
	defer second.stop()
	for _, name := range []string{"REGISTRAR__URL", "REGISTRAR__DID"} {
		if first.env[name] != second.env[name] {
			t.Errorf("after the restart %s=%s, before it was %s", name, second.env[name], first.env[name])
		}
	}
}

// adminURL is where Hydra's admin API is, which nobody is told.
func adminURL(t *testing.T, path string) string {
	t.Helper()
	dir, err := state.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	known, err := dir.Resolve(state.Addresses{})
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + known.HydraAdmin
}
