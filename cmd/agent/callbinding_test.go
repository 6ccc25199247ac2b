package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
)

// A call in another binding goes where the card declares it, and nowhere else.
func TestCallInAnotherBinding(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"task":{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"by a path"}]}]}}`)
	})
	const entry = `{"url":"https://critic/","protocolBinding":"%s","protocolVersion":"1.0"}`
	declare := func(bindings ...string) {
		var all []string
		for _, b := range bindings {
			all = append(all, fmt.Sprintf(entry, b))
		}
		w.pages.Store(&pages{[]byte(`{"name":"critic","supportedInterfaces":[` + strings.Join(all, ",") + `],"capabilities":{"extensions":[{"uri":"` + criticDID + `"},` +
			`{"uri":"` + card.SignatureExtension + `","params":{"schemes":["octets-1"]}}]}}`), nil})
	}
	declare("JSONRPC", "HTTP+JSON")
	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet", "--did", criticDID, "--binding", "http+json")
	if code != cli.ExitOK || out != "by a path\n" {
		t.Fatalf("exit %d, %q, %q", code, out, errOut)
	}
	if r := w.requests[0]; r.URL.Path != "/message:send" || r.Header.Get(signature.HeaderScheme) != string(signature.Octets1) {
		t.Errorf("%s %v", r.URL, r.Header)
	}
	code, _, errOut = runAgent(t, "", "call", w.critic, "a sonnet", "--did", criticDID, "--binding", "grpc")
	if code != cli.ExitFailed || !strings.Contains(errOut, "error [binding_unsupported]") || !strings.Contains(errOut, "does not declare GRPC") || len(w.requests) != 1 {
		t.Errorf("exit %d, %q, %d requests", code, errOut, len(w.requests))
	}
}
