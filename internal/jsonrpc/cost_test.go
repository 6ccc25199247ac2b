package jsonrpc_test

import (
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// requests wraps inputs into parameters.
func requests(inputs []costtest.Input) []costtest.Input {
	for i, in := range inputs {
		inputs[i].JSON = `{"jsonrpc":"2.0","id":1,"method":"m","params":[` + in.JSON + `]}`
	}
	return inputs
}

func BenchmarkParseWorst(b *testing.B) {
	const size = 1 << 20
	costtest.Bench(b, requests(costtest.All(size, jsonrpc.MaxDepth-2)), func(body []byte) { _, _ = jsonrpc.Parse(body, jsonrpc.MaxDepth) })
}

// No body costs more than a constant times an ordinary one of its length, and
// the buffers that it takes are lent.
func TestHostile163EnvelopesCostWhatTheirLengthDoes(t *testing.T) {
	const size = 128 << 10
	limit := costtest.Limit{Times: 25, Floor: 50 * time.Millisecond, Bytes: 2 * size}
	costtest.Bounded(t, requests(costtest.All(size, jsonrpc.MaxDepth-2)), limit, func(body []byte) { _, _ = jsonrpc.Parse(body, jsonrpc.MaxDepth) })
}
