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
	r := newRecorder(t, &out, slog.LevelInfo, prometheus.NewRegistry())
	r.Record(t.Context(), audit.Event{Decision: audit.Admitted, DID: "did:x:y", Method: "SendMessage"})
	if line := out.String(); !strings.Contains(line, "level=INFO") || !strings.Contains(line, "did=did:x:y") || !strings.Contains(line, "method=SendMessage") {
		t.Errorf("log %q", line)
	}
}
