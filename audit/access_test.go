package audit_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/getbindu/bindu-go/audit"
)

func TestAdmissionsAreLoggedWhereAskedFor(t *testing.T) {
	var out bytes.Buffer
	r, err := audit.NewRecorder(slog.New(slog.NewTextHandler(&out, nil)), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	r.LogAdmissions()
	r.Record(t.Context(), audit.Event{Decision: audit.Admitted, DID: "did:x:y", Method: "SendMessage"})
	if line := out.String(); !strings.Contains(line, "level=INFO") || !strings.Contains(line, "did=did:x:y") || !strings.Contains(line, "method=SendMessage") {
		t.Errorf("log %q", line)
	}
}
