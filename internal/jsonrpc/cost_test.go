package jsonrpc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// requests wraps inputs into parameters, and has each again with a fault at its end, which
// is read once to find that there is one and then to find which.
func requests(inputs []costtest.Input) []costtest.Input {
	all := make([]costtest.Input, 0, 2*len(inputs))
	for _, end := range []string{`]}`, `]}x`} {
		for _, in := range inputs {
			all = append(all, costtest.Input{Name: in.Name + strings.Repeat(", a fault at its end", len(end)-2), JSON: `{"jsonrpc":"2.0","id":1,"method":"m","params":[` + in.JSON + end})
		}
	}
	return all
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
