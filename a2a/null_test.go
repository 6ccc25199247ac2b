package a2a_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// nulls has null wherever it is a value in A2A 1.0: as data, and in what may have any form.
const nulls = `{"message":{"messageId":"m","role":"ROLE_USER","metadata":{"a":null},"parts":[` + nullParts + `]},"metadata":{"a":null}}`

const nullParts = `{"data":null},{"data":[null]},{"data":{"a":null}},{"data":null,"metadata":{"a":null},"mediaType":"application/json"}`

// sayBack answers with the parts it is sent, and notes what it was called with.
func sayBack(got *task.Request) executor {
	return func(_ context.Context, req task.Request, emit task.Emit) (task.Result, error) {
		*got = req
		return task.Result{}, emit(&sdk.Artifact{ID: "a", Parts: req.Message.Parts}, false)
	}
}

type partsOf struct{ Parts json.RawMessage }

type partedTask struct {
	ID        string
	Artifacts []partsOf
	History   []partsOf
}

// bindings call a method of 1.0, each in its way.
var bindings = map[string]func(a *agent, method, params, path, body string, into any){
	"JSON-RPC": func(a *agent, method, params, _, _ string, into any) { a.v1("ada", method, params, into) },
	"HTTP+JSON": func(a *agent, _, _, path, body string, into any) {
		verb := http.MethodGet
		if body != "" {
			verb = http.MethodPost
		}
		restTask(a.t, a.rest("ada", verb, path, body), into)
	},
	"gRPC": func(a *agent, method, params, _, _ string, into any) {
		a.call("ada", method, params).into(a.t, into)
	},
}

// What is null comes to the executor and back as null, in every binding of 1.0, from the
// store too.
func TestNullIsAValue(t *testing.T) {
	t.Parallel()
	for binding, call := range bindings {
		t.Run(binding, func(t *testing.T) {
			var asked task.Request
			a := newAgent(t, task.Config{Executor: sayBack(&asked)})
			var sent struct{ Task partedTask }
			call(a, "SendMessage", nulls, "/message:send", nulls, &sent)
			if value, given := asked.Metadata["a"]; !given || value != nil {
				t.Errorf("with the request came %+v", asked.Metadata)
			}
			if value, given := asked.Message.Metadata["a"]; !given || value != nil || len(asked.Message.Parts) != 4 {
				t.Errorf("the executor got %+v and %+v", asked.Message.Metadata, asked.Message)
			}
			if data, ok := asked.Message.Parts[0].Content.(sdk.Data); !ok || data.Value != nil {
				t.Errorf("the executor got %#v", asked.Message.Parts[0].Content)
			}
			var got partedTask
			call(a, "GetTask", `{"id":"`+sent.Task.ID+`"}`, "/tasks/"+sent.Task.ID, "", &got)
			for from, task := range map[string]partedTask{"sent": sent.Task, "stored": got} {
				for _, parts := range []partsOf{task.Artifacts[0], task.History[0]} {
					if !sameJSON(t, string(parts.Parts), "["+nullParts+"]") {
						t.Errorf("%s: %s", from, parts.Parts)
					}
				}
			}
		})
	}
}

// Streams tell null as what it is.
func TestNullIsAValueInStreams(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{Executor: sayBack(new(task.Request))})
	w := a.stream("ada", "1.0", request("SendStreamingMessage", nulls), "", nil)
	if got := w.Body.String(); strings.Count(got, `{"data":null}`) < 2 {
		t.Errorf("JSON-RPC: %s", got)
	}
	if got := a.call("ada", "SendStreamingMessage", nulls); strings.Count(strings.Join(got.messages, "\n"), `{"data":null}`) < 2 {
		t.Errorf("gRPC: %+v", got)
	}
}

// A2A 0.3 knows no data but objects. What is none stands in one, as the official
// libraries write and read it.
func TestNullInVersion03(t *testing.T) {
	t.Parallel()
	const wrapped = `{"kind":"data","data":{"value":null},"metadata":{"data_part_compat":true}}`
	var asked task.Request
	a := newAgent(t, task.Config{Executor: sayBack(&asked)})
	var sent struct{ Task partedTask }
	a.v1("ada", "SendMessage", nulls, &sent)
	var read partedTask
	a.v03("ada", "tasks/get", `{"id":"`+sent.Task.ID+`"}`, &read)
	want := `[` + wrapped + `,{"kind":"data","data":{"value":[null]},"metadata":{"data_part_compat":true}},{"kind":"data","data":{"a":null}},{"kind":"data","data":{"value":null},"metadata":{"a":null,"data_part_compat":true}}]`
	if !sameJSON(t, string(read.Artifacts[0].Parts), want) {
		t.Errorf("read as 0.3: %s", read.Artifacts[0].Parts)
	}
	for parts, told := range map[string]string{
		wrapped: `{"data":null}`,
		`{"kind":"data","data":{"value":7},"metadata":{"data_part_compat":true,"k":null}}`:            `{"data":7,"metadata":{"k":null}}`,
		`{"kind":"data","data":{"a":null}}`:                                                           `{"data":{"a":null}}`,
		`{"kind":"data","data":{"value":null}}`:                                                       `{"data":{"value":null}}`,
		`{"kind":"data","data":{"value":null,"b":1},"metadata":{"data_part_compat":true}}`:            `{"data":{"value":null,"b":1},"metadata":{"data_part_compat":true}}`,
		`{"kind":"data","data":{"value":{"b":null}},"metadata":{"data_part_compat":true}}`:            `{"data":{"value":{"b":null}},"metadata":{"data_part_compat":true}}`,
		`{"kind":"data","data":{"value":"x"},"metadata":{"data_part_compat":1}}`:                      `{"data":{"value":"x"},"metadata":{"data_part_compat":1}}`,
		`{"kind":"data","text":"t","data":{"value":null},"metadata":{"data_part_compat":true,"k":1}}`: `{"data":null,"metadata":{"bindu.part.members":{"text":"t"},"k":1}}`,
	} {
		params := strings.Replace(sendV03("m-1", "@", "", `,"blocking":true`), `{"kind":"text","text":"@"}`, parts, 1)
		var same, as1 partedTask
		a := newAgent(t, task.Config{Executor: sayBack(&asked)})
		a.v03("ada", "message/send", params, &same)
		if got := string(same.History[0].Parts); !sameJSON(t, got, `[`+parts+`]`) {
			t.Errorf("%s came back as %s", parts, got)
		}
		a.v1("ada", "GetTask", `{"id":"`+same.ID+`"}`, &as1)
		if got := string(as1.Artifacts[0].Parts); !sameJSON(t, got, `[`+told+`]`) {
			t.Errorf("%s is in 1.0 %s", parts, got)
		}
	}
}

// What is marked in 0.3 as data that is no object, and is one or has more beside it, comes
// to the executor as it is.
func TestDataOf03ThatIsAnObjectStaysOne(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		`{"value":{"b":null}}`: `{"value":{"b":null}}`, `{"value":1,"more":2}`: `{"value":1,"more":2}`, `{"value":1}`: `1`,
	} {
		var asked task.Request
		a := newAgent(t, task.Config{Executor: sayBack(&asked)})
		params := strings.Replace(sendV03("m", "@", "", `,"blocking":true`), `{"kind":"text","text":"@"}`, `{"kind":"data","data":`+data+`,"metadata":{"data_part_compat":true}}`, 1)
		a.v03("ada", "message/send", params, new(partedTask))
		got, err := json.Marshal(asked.Message.Parts[0].Data())
		if err != nil || !sameJSON(t, string(got), want) {
			t.Errorf("%s came as %s, %v", data, got, err)
		}
	}
}

// An executor's object without a value is told as null, live and from the store.
func TestAMapThatIsNilIsNull(t *testing.T) {
	t.Parallel()
	empty := executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		return task.Result{}, emit(&sdk.Artifact{Parts: sdk.ContentParts{sdk.NewDataPart(map[string]any(nil))}}, false)
	})
	a := newAgent(t, task.Config{Executor: empty})
	const wrapped = `{"kind":"data","data":{"value":null},"metadata":{"data_part_compat":true}}`
	if w := a.stream("ada", "", request("message/stream", sendV03("m", "x", "", "")), "", nil); !strings.Contains(w.Body.String(), wrapped) {
		t.Errorf("0.3: %s", w.Body)
	}
	if w := a.stream("ada", "1.0", request("SendStreamingMessage", sendV1("m", "x", "")), "", nil); !strings.Contains(w.Body.String(), `{"data":null}`) {
		t.Errorf("1.0: %s", w.Body)
	}
}

// A part has one content, and null is one in data alone.
func TestNullBesideContent(t *testing.T) {
	t.Parallel()
	a := newAgent(t, task.Config{})
	for part, want := range map[string]bool{
		`{"text":"x","data":null}`: false, `{"data":null,"url":"https://a.example"}`: false, `{"text":null}`: false, `{"raw":null,"url":null}`: false,
		`{"text":null,"data":null,"raw":null,"url":null}`: true, `{"text":"x","raw":null,"url":null}`: true,
	} {
		params := `{"message":{"messageId":"m","role":"ROLE_USER","parts":[` + part + `]}}`
		r := parse(t, a.post("ada", "1.0", request("SendMessage", params)))
		if got := r.reason() != "params_invalid"; got != want {
			t.Errorf("%s: %+v", part, r.Error)
		}
	}
	params := strings.Replace(sendV03("m-1", "@", "", ""), `{"kind":"text","text":"@"}`, `{"kind":"data","data":null}`, 1)
	if r := parse(t, a.post("ada", "", request("message/send", params))); r.Error == nil || r.Error.Code != -32602 || !strings.Contains(r.Error.Message, "message.parts[0].data must be an object") {
		t.Errorf("null data of 0.3: %+v", r)
	}
}

func sameJSON(t testing.TB, got, want string) bool {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		return false
	}
	x, _ := json.Marshal(g)
	y, _ := json.Marshal(w)
	return string(x) == string(y)
}
