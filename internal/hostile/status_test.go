package hostile

import (
	"encoding/json"
	"testing"
)

// checkStatus looks at a refusal that is a google.rpc.Status.
func (w want) checkStatus(t *testing.T, got *reply, reason string) {
	t.Helper()
	var parsed struct {
		Error struct {
			Code            int
			Status, Message string
			Details         []struct{ Metadata refusalData }
		}
	}
	if err := json.Unmarshal(got.body, &parsed); err != nil || len(parsed.Error.Details) != 1 {
		t.Fatalf("answer %d %q: %v", got.status, got.body, err)
	}
	e, data := parsed.Error, parsed.Error.Details[0].Metadata
	if e.Code != w.status || e.Status != w.name || e.Message == "" || data.Reason != reason || data.Gate != w.gate || data.Hint == "" {
		t.Fatalf("%s, reason %q at gate %q; want %s, %q, %q: %s", e.Status, data.Reason, data.Gate, w.name, reason, w.gate, got.body)
	}
	w.checkHeaders(t, got, data, reason)
}
