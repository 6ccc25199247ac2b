package protoform_test

import (
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// parameters are inputs in the metadata of a message.
func parameters(size int) []costtest.Input {
	var all []costtest.Input
	for _, in := range costtest.All(size, jsonrpc.MaxDepth-3) {
		all = append(all, costtest.Input{Name: in.Name, JSON: `{"metadata":{"a":` + in.JSON + `}}`})
	}
	return all
}

// wires are the same in protobuf, as far as they can be said there, and what is worst of it.
func wires(t testing.TB, size int) []costtest.Input {
	t.Helper()
	send, _ := protoform.MethodOf("SendMessage")
	var all []costtest.Input
	for _, in := range parameters(size / 6) { // a digit in a list takes thirteen bytes
		wire, err := send.Request.Append(nil, []byte(in.JSON))
		if err != nil {
			t.Fatalf("%s: %v", in.Name, err)
		}
		all = append(all, costtest.Input{Name: in.Name, JSON: string(wire)})
	}
	empties := func(tag string) string {
		return string(field(2, []byte(strings.Repeat(tag+"\x00", size/2))...))
	}
	return append(all,
		costtest.Input{Name: "empty parts", JSON: empties("\x2a")}, costtest.Input{Name: "empty extensions", JSON: empties("\x3a")},
		costtest.Input{Name: "controls", JSON: string(field(1, []byte(strings.Repeat("\x01", size))...))},
		costtest.Input{Name: "unknown fields", JSON: strings.Repeat("\x7a\x00", size/2)},
		costtest.Input{Name: "long numbers", JSON: strings.Repeat("\x78\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", size/11)},
	)
}

// No message costs more than a constant times an ordinary one of its length, whichever
// way it is turned.
func TestHostile163MessagesCostWhatTheirLengthDoes(t *testing.T) {
	const size = 64 << 10
	send, _ := protoform.MethodOf("SendMessage")
	limit := costtest.Limit{Times: 25, Floor: 50 * time.Millisecond, Bytes: 24 * size}
	bounds := protoform.Bounds{Bytes: 6 * size, Depth: jsonrpc.MaxDepth}
	costtest.Bounded(t, wires(t, size), limit, func(wire []byte) { _, _ = send.Request.JSON(wire, bounds) })
	limit.Bytes *= 2 // a digit in a list takes thirteen bytes, and what is written grows
	costtest.Bounded(t, parameters(size), limit, func(object []byte) { _, _ = send.Request.Append(nil, object) })
}

func BenchmarkMessageWorst(b *testing.B) {
	const size = 1 << 20
	send, _ := protoform.MethodOf("SendMessage")
	costtest.Bench(b, wires(b, size), func(wire []byte) {
		_, _ = send.Request.JSON(wire, protoform.Bounds{Bytes: 6 * size, Depth: jsonrpc.MaxDepth})
	})
}
