package main

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/cli"
)

// Both commands refuse a port that another program has, for whichever purpose.
func TestAHeldPortIsRefusedByConfigAndServe(t *testing.T) {
	t.Chdir(t.TempDir()) // no .env
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	held := strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	for name, value := range map[string]string{
		"AGENT__NAME": "poet", "AGENT__AUTHOR": "ada@example.com", "MTLS__CA_URL": "https://127.0.0.1:1", "MTLS__CA_FINGERPRINT": strings.Repeat("ab", 32),
		"HYDRA__ADMIN_URL": "https://127.0.0.1:1", "HYDRA__PUBLIC_URL": "https://127.0.0.1:1", "NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	} {
		t.Setenv(name, value)
	}
	for _, name := range []string{"NETWORK__PORT", "NETWORK__ADMIN_PORT"} {
		t.Setenv(name, held)
		for command, exit := range map[string]int{"config": cli.ExitUsage, "serve": cli.ExitFailed} {
			code, _, errOut := runAgent(t, "", command)
			if code != exit || !strings.Contains(errOut, "error [port_unavailable]: ") || !strings.Contains(errOut, "choose another "+name) || strings.Contains(errOut, "hydra") {
				t.Errorf("%s held: agent %s exits %d: %s", name, command, code, errOut)
			}
		}
		t.Setenv(name, "0")
	}
}
