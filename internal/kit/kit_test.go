package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/task"
)

func TestTheExecutorDoesWhatTheKitAsksFor(t *testing.T) {
	for id, want := range map[string]string{
		"tck-complete-task-1":           "says Hello from TCK",
		"tck-artifact-text-1":           "Generated text content",
		"tck-artifact-file-1":           "output.txt",
		"tck-artifact-file-url-1":       "output.txt https://example.com/output.txt",
		"tck-message-response-1":        "message Direct message response",
		"tck-input-required-1":          "says What else? asks",
		"tck-reject-task-1":             "rejected",
		"tck-stream-001-1":              "Stream hello from TCK",
		"tck-stream-artifact-chunked-1": "chunk-1 … chunk-2",
		"test-resubscribe-message-id-1": "says done",
		"anything":                      "echo: hi",
	} {
		t.Run(id, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := did1(executor{slow: time.Minute}, id); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
	if got := did1(executor{open: true}, "anything"); got != "says What else? asks" {
		t.Errorf("open: %q", got)
	}
}

// did1 is what an executor does with a message.
func did1(e executor, id string) string {
	var all []string
	msg := a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart("hi"))
	msg.ID = id
	result, err := e.Execute(context.Background(), task.Request{Message: msg}, func(a *a2a.Artifact, more bool) error {
		said := strings.TrimSpace(a.Parts[0].Text() + a.Parts[0].Filename + " " + string(a.Parts[0].URL()))
		if more {
			said += " …"
		}
		all = append(all, said)
		return nil
	})
	if err != nil {
		return err.Error()
	}
	if result.Text != "" {
		all = append(all, "says "+result.Text)
	}
	if result.Message != nil {
		all = append(all, "message "+result.Message.Parts[0].Text())
	}
	if result.InputRequired {
		all = append(all, "asks")
	}
	return strings.Join(all, " ")
}

func TestRepeatedIDsOfMessagesBecomeOthers(t *testing.T) {
	var ids messageIDs
	for i, form := range []string{
		`{"messageId": "tck-a-%s", "x":"tck-a-0a1b2c3d"}`, `{"messageId":"tck-a-%s"}`, "\x0a\x0etck-a-%s\x12\x01x", `{"message_id":"tck-a-%s"}`,
	} {
		in, want := []byte(strings.Replace(form, "%s", "0a1b2c3d", 1)), []string{"0a1b2c3d", "0a1b2c3e", "0a1b2c3f", "0a1b2c40"}[i]
		if got := string(ids.unique(in)); got != strings.Replace(form, "%s", want, 1) {
			t.Errorf("%q, want %s", got, want)
		}
	}
	if got := string(ids.unique([]byte(`{"messageId":"mine"}`))); got != `{"messageId":"mine"}` {
		t.Error(got)
	}
}

// What is forwarded is signed as it is sent, and a card names the plain port.
func TestTheProxyProves(t *testing.T) {
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := did.Parse("did:bindu:test:caller:1")
	if err != nil {
		t.Fatal(err)
	}
	callee, err := did.Parse("did:bindu:test:callee:1")
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse("https://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{
		caller: agent.Outbound{DID: caller, Key: key, Token: func(context.Context) (string, error) { return "token", nil }},
		callee: callee, target: target, here: "127.0.0.1:2",
	}
	r := httptest.NewRequest(http.MethodPost, "/message:send?x=1", nil)
	r.Header.Set("Content-Type", "application/json")
	if err := p.prove(r, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	claim, err := signature.Read(r.Header, signature.Recipient{DID: callee, Method: r.Method, Target: r.URL.RequestURI(), ContentType: "application/json"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := claim.Verify(key.PublicKey(), []byte(`{}`)); err != nil || r.Header.Get("Authorization") != "Bearer token" {
		t.Errorf("%v, %v", err, r.Header)
	}
	card := &http.Response{
		StatusCode: http.StatusOK, Header: make(http.Header), Request: httptest.NewRequest(http.MethodGet, "/.well-known/agent-card.json", nil),
		Body: io.NopCloser(strings.NewReader(`{"url":"https://127.0.0.1:1/","other":"127.0.0.1:1"}`)),
	}
	if err := p.relocate(card); err != nil {
		t.Fatal(err)
	}
	if raw, _ := io.ReadAll(card.Body); string(raw) != `{"url":"http://127.0.0.1:2/","other":"127.0.0.1:2"}` {
		t.Errorf("%s", raw)
	}
}
