package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/backend/openai"
	"github.com/getbindu/bindu-go/task"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = time.Minute
	key      = "sk-secret-of-the-test"
)

// model is a server that speaks the protocol: it checks what it is asked, and answers what
// the last message says.
type model struct {
	t    *testing.T
	said []string // roles and texts of the last request
}

func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Model    string
		Stream   bool
		Tools    any
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.URL.Path != "/v1/chat/completions" || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		m.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	if r.Header.Get("Authorization") != "Bearer "+key {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"message":"Incorrect API key provided: `+key+`","type":"invalid_request_error","code":"invalid_api_key"}}`)
		return
	}
	if asked.Model != "tiny" || !asked.Stream || asked.Tools != nil {
		m.t.Errorf("asked %+v", asked)
	}
	m.said = nil
	for _, s := range asked.Messages {
		m.said = append(m.said, s.Role+":"+s.Content)
	}
	m.answer(w, r, asked.Messages[len(asked.Messages)-1].Content)
}

func (m *model) answer(w http.ResponseWriter, r *http.Request, text string) {
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "whole":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{}}`, rest)
	case "raw":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, rest)
	case "status":
		var status int
		var code string
		_, _ = fmt.Sscan(rest, &status, &code)
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"message":"the inside","type":"x","code":%q}}`, code)
	case "silent":
		<-r.Context().Done()
	default:
		m.stream(w, strings.SplitAfter(rest, " "), word)
	}
}

// stream answers with words, and then why there are no more.
func (m *model) stream(w http.ResponseWriter, words []string, finish string) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	_, _ = io.WriteString(w, `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`+"\n\n: a comment\n\n")
	for _, word := range words {
		fmt.Fprintf(w, `data: {"choices":[{"index":0,"delta":{"content":%q},"finish_reason":null},{"index":1,"delta":{"content":"another"}}]}`+"\n\n", word)
	}
	if finish == "breaks" {
		return
	}
	fmt.Fprintf(w, `data: {"choices":[{"index":0,"delta":{},"finish_reason":%q}]}`+"\n\n"+`data: {"choices":[],"usage":{"total_tokens":3}}`+"\n\ndata: [DONE]\n\n", finish)
}

func open(t *testing.T, change ...func(*openai.Config)) (*openai.OpenAI, *model) {
	t.Helper()
	m := &model{t: t}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	cfg := openai.Config{URL: server.URL + "/v1/", Model: "tiny", Key: key, System: "be brief", Timeout: patience, AnswerLimit: 1 << 20}
	for _, f := range change {
		f(&cfg)
	}
	o, err := openai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o, m
}

func request(text string) task.Request {
	return task.Request{TaskID: "t", ContextID: "c", Message: &a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}}
}

// ask returns the text of the one artifact that came.
func ask(t *testing.T, o *openai.OpenAI, req task.Request) (string, error) {
	t.Helper()
	var ids []a2a.ArtifactID
	var text string
	result, err := o.Execute(t.Context(), req, func(a *a2a.Artifact, _ bool) error {
		if len(ids) == 0 || ids[len(ids)-1] != a.ID {
			ids = append(ids, a.ID)
		}
		for _, p := range a.Parts {
			text += p.Text()
		}
		return nil
	})
	if err == nil && (len(ids) != 1 || result.InputRequired || result.Message != nil) {
		t.Errorf("artifacts %v, result %+v", ids, result)
	}
	return text, err
}

func TestAModelAnswers(t *testing.T) {
	o, _ := open(t)
	for said, want := range map[string]string{"stop a b c": "a b c", "whole in one": "in one", "raw data: [DONE]\n\n": "", "stop \u00e9\U0001f600": "\u00e9\U0001f600"} {
		if text, err := ask(t, o, request(said)); err != nil || text != want {
			t.Errorf("%q: %q, %v", said, text, err)
		}
	}
}

func TestWhyAModelDoesNotAnswerHasAWord(t *testing.T) {
	o, _ := open(t, func(c *openai.Config) { c.AnswerLimit = 1000 })
	for said, want := range map[string]string{
		"length a b": "model_length", "content_filter a": "model_filtered", "tool_calls a": "model_answer", "breaks a b": "model_truncated",
		"status 429 rate_limit_exceeded": "model_busy", "status 500 x": "model_unavailable", "status 503 x": "model_unavailable", "status 400 context_length_exceeded": "model_length",
		"status 400 content_filter": "model_filtered", "status 404 model_not_found": "model_refused", "status 403 x": "model_key", "status 302 x": "model_refused",
		"raw data: nonsense\n\n": "model_answer", "raw data: {}{}\n\n": "model_answer", "raw data: {\"choices\":[],\"choices\":[]}\n\n": "model_answer", "raw ": "model_truncated",
		"raw data: {\"error\":{\"code\":\"context_length_exceeded\"}}\n\n":                              "model_length",
		"raw data: {\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}\n\n":                                "model_declined",
		"raw data: " + strings.Repeat("x", 300<<10) + "\n\n":                                            "model_answer",
		"raw data: {\"choices\":[{\"delta\":{\"content\":\"" + strings.Repeat("x", 1001) + "\"}}]}\n\n": "artifact_too_large",
		"whole " + strings.Repeat("x", 1001):                                                            "artifact_too_large", "whole " + strings.Repeat("x", 100<<10): "artifact_too_large",
	} {
		_, err := ask(t, o, request(said))
		f, ok := errors.AsType[*task.Failure](err)
		name := said[:min(len(said), 60)]
		if !ok || f.Reason != want {
			t.Errorf("%q: %v", name, err)
		} else if strings.Contains(f.Text, "inside") || strings.Contains(f.Text, key) {
			t.Errorf("%q tells %q", name, f.Text)
		} else if want == "model_busy" && !strings.Contains(f.Text, "17 s") {
			t.Errorf("%q does not say when: %q", name, f.Text)
		}
	}
}

func TestAWrongKeyIsNotRepeated(t *testing.T) {
	var log strings.Builder
	o, _ := open(t, func(c *openai.Config) { c.Key, c.Logger = "sk-wrong", newLogger(&log) })
	_, err := ask(t, o, request("stop a"))
	if f, ok := errors.AsType[*task.Failure](err); !ok || f.Reason != "model_key" {
		t.Errorf("got %v", err)
	}
	if strings.Contains(log.String(), "sk-") || !strings.Contains(log.String(), "invalid_api_key") {
		t.Errorf("log %s", log.String())
	}
}

func TestTheModelKnowsWhatWasSaidBefore(t *testing.T) {
	o, m := open(t)
	req := request("stop now")
	user := func(text string) *a2a.Message {
		return &a2a.Message{Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
	}
	long := strings.Repeat("x", 200<<10)
	req.Earlier = func(_ context.Context, tasks int, bytes int64) ([]*a2a.Task, error) {
		if tasks <= 0 || bytes <= 0 {
			t.Errorf("asked for %d tasks, %d bytes", tasks, bytes)
		}
		answered := func(said, answer string) *a2a.Task {
			return &a2a.Task{History: []*a2a.Message{user(said)}, Artifacts: []*a2a.Artifact{{Parts: a2a.ContentParts{a2a.NewTextPart(answer), a2a.NewDataPart(1)}}}}
		}
		return []*a2a.Task{answered("zero", long), answered("one", long), answered("two", "second")}, nil
	}
	req.History = []*a2a.Message{user("three"), {Role: a2a.MessageRoleAgent, Parts: a2a.ContentParts{a2a.NewTextPart("which?")}}}
	if _, err := ask(t, o, req); err != nil {
		t.Fatal(err)
	}
	want := []string{"system:be brief", "user:one", "assistant:" + long, "user:two", "assistant:second", "user:three", "assistant:which?", "user:stop now"}
	if strings.Join(m.said, "|") != strings.Join(want, "|") {
		t.Errorf("%d messages, want %d", len(m.said), len(want))
	}
	req.Earlier = func(context.Context, int, int64) ([]*a2a.Task, error) { return nil, task.ErrStorage }
	if _, err := ask(t, o, req); !errors.Is(err, task.ErrStorage) {
		t.Errorf("got %v", err)
	}
}

func TestAModelReadsTextOnly(t *testing.T) {
	o, _ := open(t)
	req := request("stop a")
	req.Message.Parts = append(req.Message.Parts, a2a.NewDataPart(1))
	_, err := ask(t, o, req)
	if f, ok := errors.AsType[*task.Failure](err); !ok || f.Reason != "content_unsupported" || !f.Rejected {
		t.Errorf("got %v", err)
	}
}

func TestASilentModelIsGivenUp(t *testing.T) {
	o, _ := open(t, func(c *openai.Config) { c.Timeout = 100 * time.Millisecond })
	_, err := ask(t, o, request("silent"))
	if f, ok := errors.AsType[*task.Failure](err); !ok || f.Reason != "model_timeout" {
		t.Errorf("got %v", err)
	}
	o, _ = open(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("canceled by its owner")
	cancel(cause)
	if _, err := o.Execute(ctx, request("silent"), nil); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if _, err := open2(t, "http://127.0.0.1:1").Execute(t.Context(), request("x"), nil); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("got %v", err)
	}
}

func TestAKeyGoesOverTLSOrStaysOnTheMachine(t *testing.T) {
	for _, url := range []string{"http://example.com/v1", "http://10.0.0.1/v1", "ftp://127.0.0.1", "", "https://user@h/v1", "https://h/v1?x=1", "127.0.0.1:80"} {
		if _, err := openai.New(openai.Config{URL: url, Model: "m", Timeout: 1, AnswerLimit: 1}); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
	for _, url := range []string{"https://example.com/v1", "http://localhost:11434/v1"} {
		_ = open2(t, url)
	}
}

func open2(t *testing.T, url string) *openai.OpenAI {
	t.Helper()
	o, err := openai.New(openai.Config{URL: url, Model: "m", Timeout: patience, AnswerLimit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Half an answer is not passed off as one, in pieces or as a whole.
func TestAnAnswerThatWasCutOffIsNone(t *testing.T) {
	o, _ := open(t)
	for _, said := range []string{"length some words", `raw data: {"choices":[{"message":{"content":"half"},"finish_reason":"length"}]}` + "\n\ndata: [DONE]\n\n"} {
		text, err := ask(t, o, request(said))
		if f, ok := errors.AsType[*task.Failure](err); !ok || f.Reason != "model_length" || text == "" {
			t.Errorf("%q: %q, %v", said, text, err)
		}
	}
}
