package agent

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth"
)

// TestAHydraThatIsAwayIsNoFaultOfOurClient in the log: the remedies differ.
func TestAHydraThatIsAwayIsNoFaultOfOurClient(t *testing.T) {
	for word, want := range map[string]struct{ level, says, not string }{
		boot.HydraAway:    {"WARN", "Hydra does not answer", "not in order"},
		"secret_rejected": {"ERROR", "our client at Hydra is not in order", "does not answer"},
		"client_deleted":  {"ERROR", "our client at Hydra is not in order", "does not answer"},
		"":                {"INFO", "our client at Hydra is in order again", "does not answer"},
	} {
		t.Run(word, func(t *testing.T) {
			var log bytes.Buffer
			a, err := New(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			a.noteClient(word, oauth.ErrUnavailable)
			line := log.String()
			if !strings.Contains(line, "level="+want.level) || !strings.Contains(line, want.says) || strings.Contains(line, want.not) {
				t.Error(line)
			}
		})
	}
}
