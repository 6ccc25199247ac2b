package a2a

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	legacy "github.com/a2aproject/a2a-go/a2a"
	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// sameAsMarshal fails unless a response with the value is what encoding/json makes of it.
func sameAsMarshal(t *testing.T, value any) {
	t.Helper()
	want, wantErr := json.Marshal(value)
	want = inMilliseconds(want)
	e, err := encode(jsontext.Value("7"), "result", value)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%#v: %v; encoding/json: %v", value, err, wantErr)
	}
	if err != nil {
		return
	}
	defer e.release()
	if got := string(e.out); got != `{"jsonrpc":"2.0","id":7,"result":`+string(want)+`}` {
		t.Fatalf("%#v\nwritten %s\nencoding/json %s", value, got, want)
	}
}

var written = regexp.MustCompile(`"timestamp":"([0-9][^"]*)"`)

// inMilliseconds writes times as A2A 1.0 does.
func inMilliseconds(text []byte) []byte {
	return written.ReplaceAllFunc(text, func(member []byte) []byte {
		at, err := time.Parse(time.RFC3339Nano, string(written.FindSubmatch(member)[1]))
		if err != nil {
			return member
		}
		return []byte(`"timestamp":"` + at.UTC().Truncate(time.Millisecond).Format("2006-01-02T15:04:05.000Z07:00") + `"`)
	})
}

func FuzzTextsAreWrittenAsByEncodingJSON(f *testing.F) {
	for _, s := range []string{"", "plain", "<a href=\"x\">&amp;</a>\\", "\b\f\n\r\t\x00\x1f\x7f", "\u2028\u2029\u202a\ufffd", "é😀", "\xff\xc3(\xe2\x80", "\xed\xa0\x80", "\xf0\x9f\x98"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sameAsMarshal(t, &legacy.Task{ID: legacy.TaskID(s), Metadata: map[string]any{s: s}})
	})
}

func TestAnswersAreWrittenAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	g := values{rand.New(rand.NewPCG(8259, 3))}
	for range 400 {
		task := g.task()
		sameAsMarshal(t, task)
		sameAsMarshal(t, a2a.StreamResponse{Event: task})
		sameAsMarshal(t, a2a.StreamResponse{Event: g.message()})
		sameAsMarshal(t, a2a.StreamResponse{Event: g.update(task.Status)})
		sameAsMarshal(t, a2a.StreamResponse{Event: &a2a.TaskArtifactUpdateEvent{TaskID: "t", Append: true, Artifact: &a2a.Artifact{Parts: a2a.ContentParts{g.part()}}}})
		sameAsMarshal(t, &a2a.ListTasksResponse{Tasks: []*a2a.Task{task, nil}, TotalSize: g.IntN(9), PageSize: -1, NextPageToken: g.text()})
		sameAsMarshal(t, toTask03(task))
		if event, err := toEvent03(g.update(task.Status)); err == nil {
			sameAsMarshal(t, event)
		}
		sameAsMarshal(t, []*legacy.Task{toTask03(task), nil})
		if event, err := toEvent03(g.message()); err == nil {
			sameAsMarshal(t, event)
		}
	}
	late := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) // no time of RFC 3339
	for _, value := range []any{
		(*a2a.Task)(nil), (*legacy.Task)(nil), (*legacy.Message)(nil), []*legacy.Task(nil), []*legacy.Task{}, map[string]string{"a": "<"},
		&legacy.Task{Status: legacy.TaskStatus{Timestamp: &late}}, &a2a.Task{Status: a2a.TaskStatus{Timestamp: &late}},
		(*a2a.ListTasksResponse)(nil), &a2a.ListTasksResponse{}, &a2a.ListTasksResponse{Tasks: []*a2a.Task{}}, (*legacy.TaskStatusUpdateEvent)(nil),
		&legacy.TaskStatusUpdateEvent{Status: legacy.TaskStatus{Timestamp: &late}}, a2a.StreamResponse{Event: (*a2a.TaskStatusUpdateEvent)(nil)},
		a2a.StreamResponse{}, a2a.StreamResponse{Event: (*a2a.Task)(nil)}, a2a.StreamResponse{Event: &a2a.TaskStatusUpdateEvent{}},
		&a2a.Task{Metadata: map[string]any{"a": func() {}}}, &legacy.Message{Parts: legacy.ContentParts{nil}}, &a2a.Message{Parts: a2a.ContentParts{nil, {}}},
		wireError{-32001, "<no such task>\n", jsonrpc.Data{Reason: "task_not_found"}}, wireError{1, "", jsonrpc.Data{Reason: "r", Gate: "g"}},
		wireError{-32007, "m", jsonrpc.Details("d", "R", jsonrpc.Data{Reason: "r"})}, wireError{0, "m", nil},
	} {
		sameAsMarshal(t, value)
	}
}

// keeper is a writer that still reads what it failed to write, as net/http may.
type keeper struct {
	*httptest.ResponseRecorder
	kept []byte
	fail bool
}

func (k *keeper) Write(p []byte) (int, error) {
	k.kept = p
	if k.fail {
		return 0, errors.New("the stream was reset")
	}
	return len(p), nil
}

// sent returns what a writer keeps of an answer, and what it was.
func sent(t *testing.T, value any, fail bool) (kept []byte, was string) {
	t.Helper()
	e, err := encode(jsontext.Value("1"), "result", value)
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{httptest.NewRecorder(), nil, fail}
	e.send(k, httptest.NewRequest(http.MethodPost, "/", http.NoBody), http.StatusOK)
	return k.kept, string(k.kept)
}

func TestABufferThatMayStillBeReadIsNotLent(t *testing.T) {
	for name, values := range map[string][2]any{
		"a result":    {&legacy.Task{ID: "first"}, &legacy.Task{ID: "other"}},
		"a refusal":   {wireError{1, "first", jsonrpc.Data{Reason: "r"}}, wireError{1, "other", jsonrpc.Data{Reason: "r"}}},
		"a 1.0 task":  {&a2a.Task{ID: "first"}, &a2a.Task{ID: "other"}},
		"some object": {map[string]string{"a": "first"}, map[string]string{"a": "other"}},
	} {
		t.Run(name, func(t *testing.T) {
			kept, was := sent(t, values[0], true)
			for range 50 { // pools forget by chance under the race detector
				sent(t, values[1], false)
			}
			if string(kept) != was {
				t.Errorf("what is still read became %q, was %q", kept, was)
			}
		})
	}
}

// values makes tasks of every shape.
type values struct{ *rand.Rand }

func (g values) text() string {
	return []string{"", "", "a", "lorem ipsum dolor", "<&>\"\\\n\x01", "é\u2028😀", "\xff", "0123456789"}[g.IntN(8)]
}

func (g values) metadata() map[string]any {
	switch g.IntN(5) {
	case 0:
		return nil
	case 1:
		return map[string]any{}
	case 2:
		return map[string]any{g.text(): g.text()}
	case 3:
		return map[string]any{"n": 1.5, "a": []any{g.text(), nil, true}, g.text(): map[string]any{"<": json.Number("1e5")}}
	}
	return map[string]any{partMembers: map[string]any{"text": g.text(), "other": 1, "file": map[string]any{"size": 7}}}
}

func several[T any](g values, one func() T) []T {
	if g.IntN(4) == 0 {
		return nil
	}
	all := make([]T, g.IntN(3))
	for i := range all {
		all[i] = one()
	}
	return all
}

func (g values) part() *a2a.Part {
	content := []a2a.PartContent{
		a2a.Text(g.text()), a2a.Text(g.text()), a2a.Raw("\x00\xff"), a2a.URL("https://a.test/?a&b"), a2a.URL(""), a2a.Data{Value: map[string]any{g.text(): g.text()}},
		a2a.Data{Value: []any{g.text(), 1}}, a2a.Data{}, a2a.Data{Value: map[string]any(nil)},
	}[g.IntN(9)]
	return &a2a.Part{Content: content, Filename: g.text(), MediaType: g.text(), Metadata: g.metadata()}
}

func (g values) message() *a2a.Message {
	return &a2a.Message{
		ID: g.text(), ContextID: g.text(), Extensions: several(g, g.text), Metadata: g.metadata(), Parts: several(g, g.part),
		ReferenceTasks: several(g, func() a2a.TaskID { return a2a.TaskID(g.text()) }), TaskID: a2a.TaskID(g.text()),
		Role: []a2a.MessageRole{"", a2a.MessageRoleAgent, a2a.MessageRoleUser, "<other>"}[g.IntN(4)],
	}
}

func (g values) task() *a2a.Task {
	task := &a2a.Task{ID: a2a.TaskID(g.text()), ContextID: g.text(), History: several(g, g.message), Metadata: g.metadata()}
	task.Artifacts = several(g, func() *a2a.Artifact {
		return &a2a.Artifact{
			ID: a2a.ArtifactID(g.text()), Description: g.text(), Extensions: several(g, g.text), Metadata: g.metadata(), Name: g.text(), Parts: several(g, g.part),
		}
	})
	task.Status.State = []a2a.TaskState{"", a2a.TaskStateCompleted, "<"}[g.IntN(3)]
	if g.IntN(2) == 0 {
		task.Status.Message = g.message()
	}
	if g.IntN(2) == 0 {
		at := time.Unix(g.Int64N(1<<33), g.Int64N(1e9)).In(time.FixedZone("", 3600*g.IntN(3)))
		task.Status.Timestamp = &at
	}
	return task
}

func (g values) update(s a2a.TaskStatus) *a2a.TaskStatusUpdateEvent {
	return &a2a.TaskStatusUpdateEvent{TaskID: a2a.TaskID(g.text()), ContextID: g.text(), Status: s, Metadata: g.metadata()}
}

// BenchmarkEncode writes a task with a message and an artifact of 1 KB each, and has
// encoding/json write it.
func BenchmarkEncode(b *testing.B) {
	text := &a2a.Part{Content: a2a.Text(bytes.Repeat([]byte("lorem ipsum "), 85)), Metadata: map[string]any{"did.message.signature": fmt.Sprintf("%088d", 7)}}
	at := time.Unix(1_800_000_000, 5)
	task := &a2a.Task{
		ID: "0192f1c0-0000-7000-8000-000000000001", ContextID: "0192f1c0-0000-7000-8000-000000000002",
		History: []*a2a.Message{{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{text}}}, Artifacts: []*a2a.Artifact{{ID: "a", Parts: a2a.ContentParts{text}}},
		Status: a2a.TaskStatus{State: a2a.TaskStateCompleted, Timestamp: &at},
	}
	for name, value := range map[string]any{"0.3": toTask03(task), "1.0": task} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := encode(jsontext.Value("7"), "result", value)
				if err != nil {
					b.Fatal(err)
				}
				e.release()
			}
		})
		b.Run(name+", encoding/json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
