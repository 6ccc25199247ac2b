package a2a_test

import (
	"maps"
	"testing"

	"github.com/getbindu/bindu-go/task"
)

// What a request says beside its message reaches the executor, in every binding and
// version, streamed or not, and is not kept with the message.
func TestMetadataOfARequestReachesTheExecutor(t *testing.T) {
	t.Parallel()
	const beside = `"metadata":{"skillId":"poems","n":1.5}`
	v1 := sendV1("m-1", "hello", "")
	v1 = v1[:len(v1)-1] + "," + beside + "}"
	v03 := sendV03("m-1", "hello", "", `,"blocking":true`)
	v03 = v03[:len(v03)-1] + "," + beside + "}"
	sends := map[string]func(a *agent){
		"0.3":             func(a *agent) { a.v03("ada", "message/send", v03, new(partedTask)) },
		"0.3 streamed":    func(a *agent) { a.stream("ada", "", request("message/stream", v03), "", nil) },
		"JSON-RPC stream": func(a *agent) { a.stream("ada", "1.0", request("SendStreamingMessage", v1), "", nil) },
		"gRPC stream":     func(a *agent) { a.call("ada", "SendStreamingMessage", v1) },
	}
	for binding, call := range bindings {
		sends[binding] = func(a *agent) { call(a, "SendMessage", v1, "/message:send", v1, new(struct{ Task partedTask })) }
	}
	for name, send := range sends {
		var asked task.Request
		a := newAgent(t, task.Config{Executor: sayBack(&asked)})
		send(a)
		if want := map[string]any{"skillId": "poems", "n": 1.5}; !maps.Equal(asked.Metadata, want) || len(asked.Message.Metadata) > 0 {
			t.Errorf("%s: the executor got %v, and in the message %v", name, asked.Metadata, asked.Message.Metadata)
		}
	}
}
