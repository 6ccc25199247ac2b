package upstream_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/backend/upstream"
	"github.com/getbindu/bindu-go/internal/upstreamtest"
)

const card1 = `{"name":"x","version":"1","capabilities":{"streaming":%t},"supportedInterfaces":[{"url":"http://x/rpc","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]}`

// scripted answers with what rpc writes, behind a card.
func scripted(t *testing.T, streams bool, rpc http.HandlerFunc) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/agent-card.json", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, card1, streams) })
	mux.HandleFunc("/rpc", rpc)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func result(r string) string { return `{"jsonrpc":"2.0","id":"1","result":` + r + `}` }

// Whatever an upstream answers, its caller gets a word for it, and nothing of its inside.
func TestWhatAnUpstreamShouldNotAnswerFailsTheTask(t *testing.T) {
	const secret = "secret-of-the-inside"
	deep := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	many := `{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[` + strings.Repeat("{},", 5000) + `{}]}`
	for name, tt := range map[string]struct {
		status      int
		body, wants string
	}{
		"html":            {200, "<html>" + secret, "upstream_answer"},
		"nothing":         {200, "", "upstream_answer"},
		"an array":        {200, "[]", "upstream_answer"},
		"trailing":        {200, result(`{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"}}}`) + "x", "upstream_answer"},
		"a name twice":    {200, `{"jsonrpc":"2.0","id":"1","result":{},"result":{}}`, "upstream_answer"},
		"no result":       {200, `{"jsonrpc":"2.0","id":"1"}`, "upstream_answer"},
		"another's id":    {200, `{"jsonrpc":"2.0","id":"2","result":{"message":{"role":"ROLE_AGENT","parts":[{"text":"x"}]}}}`, "upstream_answer"},
		"no id":           {200, `{"jsonrpc":"2.0","result":{"message":{"role":"ROLE_AGENT","parts":[{"text":"x"}]}}}`, "upstream_answer"},
		"a number as id":  {200, `{"jsonrpc":"2.0","id":1,"result":{"message":{"role":"ROLE_AGENT","parts":[{"text":"x"}]}}}`, "upstream_answer"},
		"a large task":    {200, result(`{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"` + strings.Repeat("x", 1<<20) + `"}]}]}}`), "artifact_too_large"},
		"deep":            {200, result(deep), "upstream_answer"},
		"many":            {200, result(many), "upstream_answer"},
		"not UTF-8":       {200, result(`{"message":{"parts":[{"text":"` + "\xff" + `"}]}}`), "upstream_answer"},
		"two things":      {200, result(`{"message":{"parts":[{"text":"x"}]},"task":{"id":"t","status":{"state":"x"}}}`), "upstream_answer"},
		"a hollow part":   {200, result(`{"message":{"parts":[{}]}}`), "upstream_answer"},
		"neither":         {200, result(`{"kind":"?"}`), "upstream_answer"},
		"too much":        {200, result(`{"message":{"parts":[{"text":"` + strings.Repeat("x", 2<<20) + `"}]}}`), "artifact_too_large"},
		"an error":        {200, `{"jsonrpc":"2.0","id":"1","error":{"code":-32603,"message":"` + secret + `"}}`, "upstream_refused"},
		"an error in 400": {400, `{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"` + secret + `"}}`, "upstream_refused"},
		"its content":     {200, `{"jsonrpc":"2.0","id":"1","error":{"code":-32005,"message":"x"}}`, "content_unsupported"},
		"401":             {401, secret, "upstream_refused"},
		"429":             {429, "", "upstream_busy"},
		"500":             {500, secret, "upstream_refused"},
		"503":             {503, secret, "upstream_unavailable"},
		"a redirect":      {302, "", "upstream_refused"},
		"no such method":  {200, `{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"x"}}`, "upstream_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			u := open(t, scripted(t, false, answering(tt.status, "application/json", tt.body)).URL)
			_, _, err := execute(t, u, request(t, "x"))
			if f := failureOf(t, err); f.Reason != tt.wants || strings.Contains(f.Text, secret) || strings.Contains(f.Text, "\n") {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestAStreamThatBreaksIsGoneOnWith(t *testing.T) {
	asked := 0
	s := scripted(t, true, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte(`"GetTask"`)) {
			state := "TASK_STATE_WORKING"
			if asked++; asked > 1 {
				state = "TASK_STATE_COMPLETED"
			}
			_, _ = io.WriteString(w, result(`{"id":"t","contextId":"c","status":{"state":"`+state+`"},"artifacts":[{"artifactId":"a","parts":[{"text":"one"},{"text":"two"},{"text":"three"}]},{"artifactId":"b","parts":[{"text":"other"}]}]}`))
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range []string{
			`{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_WORKING"}}}`,
			`{"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"one"}]}}}`,
			`{"artifactUpdate":{"taskId":"t","contextId":"c","append":true,"artifact":{"artifactId":"a","parts":[{"text":"tw"}]}}}`,
		} {
			fmt.Fprintf(w, "data: %s\n\n", result(e))
		}
		_, _ = io.WriteString(w, "data: {\"half")
	})
	_, h, err := execute(t, open(t, s.URL), request(t, "x"))
	if err != nil || h.texts() != "a:onetwothree b:other" {
		t.Errorf("%v: %s", err, h.texts())
	}
}

// What was told of an artifact cannot be taken back: another in its place is another one.
func TestAnArtifactThatIsReplacedIsToldBeside(t *testing.T) {
	s := scripted(t, true, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range []string{
			`{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{"text":"draft"}]},"lastChunk":true}}`,
			`{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{"text":"draft"}]},"lastChunk":true}}`,
			`{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{"text":"final"}]}}}`,
			`{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{"text":"final"},{"text":" words"}]},"lastChunk":true}}`,
			`{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_COMPLETED"}}}`,
		} {
			fmt.Fprintf(w, "data: %s\n\n", result(e))
		}
	})
	_, h, err := execute(t, open(t, s.URL), request(t, "x"))
	if err != nil || h.texts() != "a:draft a.1:final words" {
		t.Errorf("%v: %s", err, h.texts())
	}
}

func TestASilentUpstreamIsGivenUp(t *testing.T) {
	over := make(chan struct{})
	s := scripted(t, false, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done() // whoever gave up has hung up
		close(over)
	})
	u := open(t, s.URL, func(c *upstream.Config) { c.Timeout = 200 * time.Millisecond })
	_, _, err := execute(t, u, request(t, "x"))
	if f := failureOf(t, err); f.Reason != "upstream_timeout" {
		t.Errorf("%+v", f)
	}
	<-over
}

func TestReadinessKnowsWhetherTheUpstreamIsThere(t *testing.T) {
	var log bytes.Buffer
	dead := httptest.NewServer(http.NotFoundHandler())
	u := open(t, dead.URL, func(c *upstream.Config) {
		c.ProbeEvery, c.Logger = time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))
	})
	if _, _, err := execute(t, u, request(t, "x")); failureOf(t, err).Reason != "upstream_card" || u.Reason() != "upstream_card" {
		t.Errorf("%v, readiness %q", err, u.Reason())
	}
	dead.Close()
	if _, _, err := execute(t, u, request(t, "x")); failureOf(t, err).Reason != "upstream_unavailable" || u.Reason() != "upstream_unavailable" {
		t.Errorf("%v, readiness %q", err, u.Reason())
	}
	ln := listenAt(t, dead.Listener.Addr().String())
	upstreamtest.Agent{Listener: ln}.Serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan error)
	go func() { watched <- u.Watch(ctx) }()
	for end := time.Now().Add(patience); u.Reason() != "" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-watched; err != nil || u.Reason() != "" {
		t.Errorf("%v, readiness %q", err, u.Reason())
	}
	if _, h, err := execute(t, u, request(t, "hello")); err != nil || len(h.all) != 1 {
		t.Errorf("%v", err)
	}
	if !strings.Contains(log.String(), "AGENT__UPSTREAM_URL") {
		t.Errorf("the log names no remedy: %s", log.String())
	}
}

func TestAConfigurationThatLeadsElsewhereIsRefused(t *testing.T) {
	for _, c := range []upstream.Config{
		{URL: "http://example.com", Timeout: 1, AnswerLimit: 1}, {URL: "https://127.0.0.1", Timeout: 1, AnswerLimit: 1}, {Timeout: 1, AnswerLimit: 1},
		{URL: "http://127.0.0.1:1", AnswerLimit: 1}, {URL: "http://127.0.0.1:1", Timeout: 1},
	} {
		if u, err := upstream.New(c); err == nil {
			t.Errorf("%+v is taken", c)
			_ = u.Close()
		}
	}
}

// A card that is wrong about the version is wrong once, however often it is read.
func TestWhatAnUpstreamReallySpeaksIsRemembered(t *testing.T) {
	refused := 0
	s := scripted(t, false, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !bytes.Contains(body, []byte(`"message/send"`)) {
			refused++
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"x"}}`)
			return
		}
		_, _ = io.WriteString(w, result(`{"kind":"message","messageId":"m","role":"agent","parts":[{"kind":"text","text":"x"}]}`))
	})
	u := open(t, s.URL, func(c *upstream.Config) { c.ProbeEvery = time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan error)
	go func() { watched <- u.Watch(ctx) }()
	for range 20 {
		if _, _, err := execute(t, u, request(t, "x")); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-watched; err != nil || refused != 1 {
		t.Errorf("%v, refused %d times", err, refused)
	}
}
