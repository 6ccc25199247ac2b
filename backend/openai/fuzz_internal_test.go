package openai

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend/internal/pace"
	"github.com/getbindu/bindu-go/internal/sse"
)

// No stream makes more of an answer than it may have, and none is complete without its end.
func FuzzStream(f *testing.F) {
	for _, s := range []string{
		"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
		"data: {\"error\":{\"code\":1,\"type\":\"x\"}}\n\n", "data: {\"choices\":[{\"finish_reason\":\"length\"}]}\n\n", "data: [DONE]\n\n", ": \n\n", "data: {\"choices\":[{\"message\":{\"content\":null}}]}\n\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		const limit = 100
		length := 0
		a := &answer{left: limit, pieces: pace.New(func(a *a2a.Artifact, _ bool) error {
			length += len(a.Parts[0].Text())
			return nil
		}, func(error) {}), id: "a"}
		err := stream(sse.NewReader(bytes.NewReader(body), 1<<12, nil), a)
		_ = a.pieces.End()
		if length > limit {
			t.Errorf("%d bytes", length)
		}
		if err == nil && !bytes.Contains(body, []byte(done)) && !strings.Contains(string(body), "finish_reason") {
			t.Errorf("%q is complete", body)
		}
		var refused *refusedError
		if errors.As(err, &refused) && len(refused.code) > 64 {
			t.Errorf("code %q", refused.code)
		}
	})
}
