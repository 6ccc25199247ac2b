package jsonrpc_test

import (
	"testing"

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
