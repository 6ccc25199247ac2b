package upstream

import (
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// What is read of an answer can be handed on, or is an error.
func FuzzEvent(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":"1","result":{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING","message":{"parts":[{"text":"x"}]}},"artifacts":[{"artifactId":"a","parts":[{"data":{"a":[1,2.5e300]}}]}]}}}`,
		`{"jsonrpc":"2.0","id":"1","result":{"kind":"message","messageId":"m","role":"agent","parts":[{"kind":"file","file":{"bytes":"YQ==","name":"n","mimeType":"x/y"}},{"kind":"data","data":{}},{"kind":"text","text":""}]}}`,
		`{"jsonrpc":"2.0","id":"1","result":{"kind":"artifact-update","taskId":"t","contextId":"c","append":true,"lastChunk":true,"artifact":{"artifactId":"a","parts":[{"kind":"text","text":"x","metadata":{"k":null}}]}}}`,
		`{"jsonrpc":"2.0","id":"1","error":{"code":-32001,"message":"x","data":[{}]}}`, `{"id":"1","result":{"message":{"parts":[{"raw":"YQ==","url":"x"}]}}}`, `{"id":"1","result":{"statusUpdate":{"taskId":"t","status":{"state":"input-required"}}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := (&call{}).event(body)
		if err != nil {
			return
		}
		for _, parts := range []list[part]{e.Parts, artifactParts(e)} {
			for _, p := range contents(parts) {
				if p == nil || p.Content == nil {
					t.Fatalf("a part without content of %q", body)
				}
				if _, err := content(p); err != nil {
					t.Fatalf("%q: %v", body, err)
				}
			}
		}
		if e.Status != nil {
			_ = stateOf(e.Status.State) == a2a.TaskStateCompleted
		}
	})
}

func artifactParts(e *event) list[part] {
	if e.Artifact != nil {
		return e.Artifact.Parts
	}
	return nil
}
