package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/upstreamtest"
	"github.com/getbindu/bindu-go/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is more than anything here takes on a slow and busy machine.
const patience = time.Minute

func open(t *testing.T, url string, change ...func(*upstream.Config)) *upstream.Upstream {
	t.Helper()
	cfg := upstream.Config{URL: url, Timeout: patience, AnswerLimit: 1 << 20}
	for _, f := range change {
		f(&cfg)
	}
	u, err := upstream.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = u.Close() })
	return u
}

// agents are plain agents of each kind there is.
func agents(t *testing.T, test func(*testing.T, *httptest.Server)) {
	for name, a := range map[string]upstreamtest.Agent{
		"1.0 streaming": {Streams: true}, "1.0": {}, "0.3 streaming": {V03: true, Streams: true}, "0.3": {V03: true},
		"0.3 with a card of 1.0": {V03: true, CardV1: true}, "0.3 streaming with a card of 1.0": {V03: true, CardV1: true, Streams: true},
	} {
		t.Run(name, func(t *testing.T) { test(t, a.Serve(t)) })
	}
}

func request(t *testing.T, text string) task.Request {
	t.Helper()
	d, err := did.Parse("did:bindu:ann:poet:1")
	if err != nil {
		t.Fatal(err)
	}
	return task.Request{
		TaskID: "00112233445566778899aabbccddeeff", ContextID: "ffeeddccbbaa99887766554433221100", Caller: identity.Caller{DID: d},
		Message: &a2a.Message{ID: "m1", TaskID: "the-callers-task", ContextID: "the-callers-context", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}},
	}
}

// heard is what was emitted.
type heard struct {
	mu   sync.Mutex
	all  []a2a.Artifact
	more []bool
}

func (h *heard) emit(a *a2a.Artifact, more bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all, h.more = append(h.all, *a), append(h.more, more)
	return nil
}

// texts are those of each artifact, "ID:text".
func (h *heard) texts() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []a2a.ArtifactID
	texts := map[a2a.ArtifactID]string{}
	for _, a := range h.all {
		if _, known := texts[a.ID]; !known {
			ids = append(ids, a.ID)
		}
		for _, p := range a.Parts {
			texts[a.ID] += p.Text()
		}
	}
	var all []string
	for _, id := range ids {
		all = append(all, string(id)+":"+texts[id])
	}
	return strings.Join(all, " ")
}

// execute asks, and returns what came.
func execute(t *testing.T, u *upstream.Upstream, req task.Request) (task.Result, *heard, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	h := &heard{}
	result, err := u.Execute(ctx, req, h.emit)
	return result, h, err
}

// failureOf returns the failure that an error is.
func failureOf(t *testing.T, err error) *task.Failure {
	t.Helper()
	f, ok := errors.AsType[*task.Failure](err)
	if !ok {
		t.Fatalf("no failure: %v", err)
	}
	return f
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// listenAt listens where somebody else did a moment ago.
func listenAt(t *testing.T, address string) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// await returns what comes.
func await[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	panic("not reached")
}

// stored is what metadata are once a store has had them.
func stored(t *testing.T, metadata map[string]any) (read map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(asJSON(t, metadata)), &read); err != nil {
		t.Fatal(err)
	}
	return read
}
