package a2a

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/freeform"
)

// messages are requests to send a message that hold the worst JSON in each
// place where it can be.
func messages(size int) []costtest.Input {
	var all []costtest.Input
	for _, in := range costtest.All(size, 50) {
		all = append(all, wrap(in.Name, "parts", `[{"data":`+in.JSON+`}]`))
	}
	for _, in := range costtest.All(size, 50)[1:] {
		all = append(all, wrap("metadata: "+in.Name, "metadata", `{"m":`+in.JSON+`}`))
	}
	return append(all,
		wrap("empty parts", "parts", costtest.Repeat(`{"text":""}`, size)),
		wrap("empty data", "parts", costtest.Repeat(`{"data":{}}`, size)),
		wrap("empty extensions", "extensions", costtest.Repeat(`""`, size)),
		wrap("metadata of many names", "metadata", costtest.Named("many names", size, 50).JSON),
		wrap("no member that is known", "unknown", costtest.Named("many names", size, 50).JSON),
	)
}

func wrap(name, member, value string) costtest.Input {
	return costtest.Input{Name: name, JSON: `{"message":{"messageId":"m","role":"ROLE_USER","` + member + `":` + value + `}}`}
}

// roundTrip reads a message as from a caller, writes it as into the store, reads
// it again and writes it as in a list, in both dialects.
func roundTrip(body []byte) {
	var req a2a.SendMessageRequest
	if decode(body, &req) != nil || req.Message == nil {
		return
	}
	stored, err := json.Marshal(req.Message)
	if err != nil {
		return
	}
	var read a2a.Message
	if freeform.Unmarshal(stored, &read) != nil {
		return
	}
	_, _ = json.Marshal(&read)
	_, _ = json.Marshal(a2av0.FromV1Message(&read))
}

func BenchmarkDecodeWorst(b *testing.B) {
	costtest.Bench(b, messages(1<<20), func(body []byte) {
		var req a2a.SendMessageRequest
		_ = decode(body, &req)
	})
}

func BenchmarkRoundTripWorst(b *testing.B) { costtest.Bench(b, messages(1<<20), roundTrip) }

// Nothing costs more than a constant times an ordinary message of that length,
// when it comes in, when it is stored, and each time that it is read and sent.
func TestHostile164MessagesCostWhatTheirLengthDoes(t *testing.T) {
	const size = 24 << 10
	limit := costtest.Limit{Times: 25, Floor: 250 * time.Millisecond, Bytes: 160 * size}
	costtest.Bounded(t, messages(size), limit, roundTrip)
}
