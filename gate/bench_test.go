package gate_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// openReplay lets everything pass, so that one signed request can be measured
// again and again.
type openReplay struct{}

func (openReplay) Use(context.Context, did.DID, string, time.Time) error { return nil }

type noRecorder struct{}

func (noRecorder) Record(context.Context, audit.Event) {}

// nullWriter is the cheapest writer that still has headers.
type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header             { return w.header }
func (w *nullWriter) Write(p []byte) (int, error)     { return len(p), nil }
func (w *nullWriter) WriteHeader(int)                 {}
func (w *nullWriter) SetReadDeadline(time.Time) error { return nil }

type rewindBody struct{ *bytes.Reader }

func (rewindBody) Close() error { return nil }

// BenchmarkChain is the cost of all gates for one admitted request, with
// authorities that answer at once: what is left is ours.
func BenchmarkChain(b *testing.B) {
	for _, scheme := range signature.Schemes() {
		for _, size := range []int{256, 2048} {
			b.Run(fmt.Sprintf("%s/%d", scheme, size), func(b *testing.B) { benchmarkChain(b, scheme, size) })
		}
	}
}

func benchmarkChain(b *testing.B, scheme signature.Scheme, size int) {
	body := benchBody(size)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	ask := repeated(b, scheme, body)
	for b.Loop() {
		ask()
	}
}

// repeated returns a request that is admitted each time it is asked again.
func repeated(t testing.TB, scheme signature.Scheme, body string) (ask func()) {
	door := newBench(t, func(c *gate.Config) {
		c.Replay, c.Policy, c.Recorder = openReplay{}, nil, noRecorder{}
		c.Limits = gate.Limits{Rate: 1e9, Burst: 1 << 30}
		c.Protected["/"] = gate.Route{Methods: []string{"POST"}, Unbound: true, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusOK)
		})}
	})
	template := door.request(scheme, body)
	if w, _ := door.do(template); w.Code != http.StatusOK {
		t.Fatalf("the measured request is answered %d", w.Code)
	}
	content := bytes.NewReader([]byte(body))
	w := &nullWriter{header: make(http.Header)}
	return func() {
		content.Seek(0, io.SeekStart)
		template.Body = rewindBody{content}
		clear(w.header)
		door.chain.ServeHTTP(w, template)
	}
}

// TestARequestAllocatesSoMuch pins what the gates allocate for a request that they admit.
func TestARequestAllocatesSoMuch(t *testing.T) {
	most := 22.0
	if raced {
		most *= 1.5 // pools forget by chance
	}
	for _, scheme := range signature.Schemes() {
		for _, size := range []int{256, 2048} {
			ask := repeated(t, scheme, benchBody(size))
			ask()
			if n := testing.AllocsPerRun(200, ask); n > most {
				t.Errorf("%s, %d bytes: %v allocations, at most %v", scheme, size, n, most)
			}
		}
	}
}

func benchBody(size int) string {
	const frame = `{"jsonrpc":"2.0","id":"01890a5d-ac96-774b-bcce-b302099a8057","method":"SendMessage","params":{"message":{"messageId":"01890a5d-ac96-774b-bcce-b302099a8058","role":"ROLE_USER","parts":[{"text":"%s"}]}}}`
	return fmt.Sprintf(frame, strings.Repeat("a", max(0, size-len(frame)+2)))
}
