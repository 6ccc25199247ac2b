package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// brokenStreams answers each call with the events of the next connection, which then
// breaks off, and says which event ids were gone on behind.
type brokenStreams struct {
	mu          sync.Mutex
	connections [][]string
	after       []string
}

func (b *brokenStreams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.after = append(b.after, r.Header.Get("Last-Event-ID"))
	events := b.connections[0]
	b.connections = b.connections[1:]
	b.mu.Unlock()
	streamOf(events...)(w, r)
}

const (
	begunTask = `{"task":{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_SUBMITTED"}}}`
	appended  = `,"append":true`
)

// standing is a task as it stands: state, what it says, and the parts of its artifact.
func standing(state, said string, parts ...string) string {
	if said != "" {
		said = `,"message":{"role":"ROLE_AGENT","parts":[{"text":"` + said + `"}]}`
	}
	return `{"task":{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_` + state + `"` + said + `},"artifacts":[{"artifactId":"a","parts":[` + strings.Join(parts, ",") + `]}]}}`
}

func textPart(text string) string { return `{"text":"` + text + `"}` }

func TestAStreamThatBreaksPrintsNothingTwice(t *testing.T) {
	done := stateOf("COMPLETED", "")
	data := `{"data":{"n":1}}`
	for name, tt := range map[string]struct {
		first, second []string
		out           string
		anew          bool
	}{
		"pieces go on":                  {[]string{begunTask, pieceOf("a", "one ", ""), pieceOf("a", "two ", appended)}, []string{pieceOf("a", "three", appended), done}, "one two three\n", false},
		"the whole artifact comes":      {[]string{begunTask, pieceOf("a", "one ", ""), pieceOf("a", "two ", appended)}, []string{pieceOf("a", "one two three", ""), done}, "one two three\n", false},
		"the task comes, in pieces":     {[]string{begunTask, pieceOf("a", "one ", ""), pieceOf("a", "two ", appended)}, []string{standing("WORKING", "", textPart("one "), textPart("two "), textPart("three ")), pieceOf("a", "four", appended), done}, "one two three four\n", false},
		"the task comes, done":          {[]string{begunTask, pieceOf("a", "one ", ""), pieceOf("a", "two ", appended)}, []string{standing("COMPLETED", "", textPart("one "), textPart("two "))}, "one two \n", false},
		"the task comes, as one text":   {[]string{begunTask, pieceOf("a", "one ", ""), pieceOf("a", "two ", appended)}, []string{standing("COMPLETED", "", textPart("one two three"))}, "one two three\n", false},
		"it begins otherwise":           {[]string{begunTask, pieceOf("a", "one", "")}, []string{pieceOf("a", "on the", ""), pieceOf("a", " way", appended), done}, "one\non the way\n", true},
		"it is shorter":                 {[]string{begunTask, pieceOf("a", "one", "")}, []string{pieceOf("a", "on", ""), done}, "one\non\n", true},
		"another artifact follows":      {[]string{begunTask, pieceOf("a", "one", "")}, []string{pieceOf("a", "one", ""), pieceOf("b", "two", ""), done}, "one\ntwo\n", false},
		"data comes again":              {[]string{begunTask, standing("WORKING", "", textPart("one"), data)}, []string{standing("WORKING", "", textPart("one"), data, `{"data":{"n":2}}`), done}, "one\n{\"n\":1}\n{\"n\":2}\n", false},
		"a line is open when it breaks": {[]string{begunTask, pieceOf("a", "on", "")}, []string{stateOf("WORKING", "wait"), pieceOf("a", "e", appended), done}, "one\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := &brokenStreams{connections: [][]string{tt.first, tt.second}}
			w := newWorld(t, b.ServeHTTP)
			code, out, told := runAgent(t, "", "call", w.critic, "hi", "--stream")
			if code != cli.ExitOK || out != tt.out || strings.Contains(told, "begins anew") != tt.anew {
				t.Errorf("exit %d, %q, %q, want %q", code, out, told, tt.out)
			}
		})
	}
}

// The same over real connections, where it is also said that the peer is waited for.
func TestCallGoesOnWithAStreamThatBreaks(t *testing.T) {
	b := &brokenStreams{connections: [][]string{
		{begunTask, pieceOf("a", "one ", "")},
		{standing("WORKING", "nearly", textPart("one "), textPart("two ")), pieceOf("a", "three", appended), stateOf("COMPLETED", "")},
	}}
	w := newWorld(t, b.ServeHTTP)
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi", "--stream")
	if code != cli.ExitOK || out != "one two three\n" || strings.Join(b.after, " ") != " 1" {
		t.Errorf("exit %d, %q, %q, %q", code, out, errOut, b.after)
	}
	for _, told := range []string{"waiting for the peer, and then it goes on: ", "working: nearly\n"} {
		if strings.Count(errOut, told) != 1 {
			t.Errorf("%q is not told once in %q", told, errOut)
		}
	}
}

// Who reads a running task gets what there is of it as the answer, and goes on behind
// an event that he names.
func TestCallReadsARunningTask(t *testing.T) {
	for name, tt := range map[string]struct {
		args       []string
		out, after string
	}{
		"from the beginning": {nil, "one two\n", ""},
		"behind an event":    {[]string{"--after", "7"}, "one two\n", "7"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &brokenStreams{connections: [][]string{{standing("WORKING", "nearly", textPart("one ")), pieceOf("a", "two", appended), stateOf("COMPLETED", "")}}}
			w := newWorld(t, b.ServeHTTP)
			code, out, errOut := runAgent(t, "", append([]string{"call", w.critic, "--stream", "--task", "t-1"}, tt.args...)...)
			if code != cli.ExitOK || out != tt.out || strings.Join(b.after, ",") != tt.after || strings.Contains(errOut, "one") || !strings.Contains(errOut, "working: nearly\n") {
				t.Errorf("exit %d, %q, %q, %q", code, out, errOut, b.after)
			}
		})
	}
}

func TestCallStreamShowsDataAndFiles(t *testing.T) {
	const parts = `{"artifactUpdate":{"taskId":"t-1","contextId":"c-1","artifact":{"artifactId":"a","parts":[{"text":"see"},{"data":{"n":1}},{"raw":"aGk=","filename":"a.txt","mediaType":"text/plain"}]}}}`
	w := newWorld(t, streamOf(begunTask, parts, stateOf("COMPLETED", "")))
	code, out, errOut := runAgent(t, "", "call", w.critic, "hi", "--stream")
	if code != cli.ExitOK || out != "see\n{\"n\":1}\nfile: a.txt (text/plain, 2 bytes)\n" || !strings.Contains(errOut, w.critic+" --task t-1 --save DIR\n") {
		t.Errorf("exit %d, %q, %q", code, out, errOut)
	}
}

// hanging answers and keeps the connection open until the caller hangs up.
func hanging(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer(w, r)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// trigger calls then once text has been written.
type trigger struct {
	strings.Builder
	text string
	then func()
}

func (s *trigger) Write(p []byte) (int, error) {
	n, err := s.Builder.Write(p)
	if strings.Contains(s.String(), s.text) {
		s.then()
	}
	return n, err
}

func TestWhoInterruptsACallIsToldHowToComeBack(t *testing.T) {
	working := `{"id":"t-1","contextId":"c-1","status":{"state":"TASK_STATE_WORKING"}}`
	for name, tt := range map[string]struct {
		answer    http.HandlerFunc
		args      []string
		at, reads string
	}{
		"a call":              {replies(working), []string{"hi"}, "task: t-1", "--stream --task t-1` reads on"},
		"a stream":            {hanging(streamOf(begunTask, stateOf("WORKING", "nearly"))), []string{"hi", "--stream"}, "nearly", "--stream --task t-1 --after 1` reads on"},
		"a task that is read": {hanging(streamOf(stateOf("WORKING", "nearly"))), []string{"--stream", "--task", "t-1", "--after", "7"}, "nearly", "--stream --task t-1 --after 0` reads on"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			w := newWorld(t, tt.answer)
			told := &trigger{text: tt.at, then: stop}
			code := run(ctx, append([]string{"call", w.critic, "--did", criticDID}, tt.args...), strings.NewReader(""), io.Discard, told)
			agent := "`agent call " + w.critic + " --did " + criticDID
			if code != cli.ExitFailed || !strings.Contains(told.String(), "error [interrupted]: ") {
				t.Errorf("exit %d, %q", code, told)
			}
			for _, want := range []string{agent + " " + tt.reads, agent + " --task t-1` fetches", agent + " --cancel --task t-1` ends"} {
				if !strings.Contains(told.String(), want) {
					t.Errorf("%q is missing in %q", want, told)
				}
			}
		})
	}
}

func TestWhatEndsTheWaitSaysHowToComeBackToATask(t *testing.T) {
	over, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	<-over.Done()
	const advice = "the task runs on at the peer: `agent call u --stream --task t --after 3` reads on, `agent call u --task t` fetches its result, `agent call u --cancel --task t` ends it"
	working := peer.Reply{TaskID: "t", State: peer.StateWorking}
	for name, tt := range map[string]struct {
		flags        callFlags
		reply        peer.Reply
		err          error
		reason, hint string
	}{
		"a timeout":             {callFlags{}, working, over.Err(), "timeout", "a longer --timeout waits longer; " + advice},
		"an interruption":       {callFlags{}, working, context.Canceled, "interrupted", advice},
		"nothing is known":      {callFlags{}, peer.Reply{}, context.Canceled, "interrupted", ""},
		"the task has ended":    {callFlags{}, peer.Reply{TaskID: "t", State: peer.StateFailed}, context.Canceled, "interrupted", ""},
		"it was to be ended":    {callFlags{cancel: true}, working, context.Canceled, "interrupted", ""},
		"the peer refuses":      {callFlags{}, working, &peer.Refusal{Reason: "no", Hint: "ask"}, "no", "ask"},
		"the peer went away":    {callFlags{}, working, peer.ErrUnreachable, "peer_unreachable", "check the address and that the agent runs; an agent that refuses our certificate may also just hang up; " + strings.Replace(advice, "runs", "may run", 1)},
		"the task waits for us": {callFlags{}, peer.Reply{TaskID: "t", State: peer.StateInputRequired}, context.Canceled, "interrupted", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tt.flags.url = "u"
			reason, hint := diagnose(outOfTime(over, time.Second, tt.flags.goesOn(tt.reply, "3", tt.err)))
			if reason != tt.reason || hint != tt.hint {
				t.Errorf("%s: %s\nwant %s: %s", reason, hint, tt.reason, tt.hint)
			}
		})
	}
}

func TestIdsOfAPeerAreNoCommands(t *testing.T) {
	for words, want := range map[string]string{
		"t-1": "t-1", "a b": "'a b'", "$(rm)": "'$(rm)'", "it's": `'it'\''s'`, "": "''", "a\nb": "'a\ufffdb'", "https://[::1]:1/x": "https://[::1]:1/x",
	} {
		t.Run(words, func(t *testing.T) {
			if got := shellLine(words); got != want {
				t.Errorf("%q is written %s, want %s", words, got, want)
			}
		})
	}
}

func TestTheErrorOfAStreamIsALine(t *testing.T) {
	w := newWorld(t, streamOf(begunTask, stateOf("FAILED", "broken")))
	code, out, _ := runAgent(t, "", "call", w.critic, "hi", "--stream", "--json")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	var last struct {
		TaskID string
		Error  struct{ Reason, Message string }
	}
	if code != cli.ExitFailed || len(lines) != 3 || json.Unmarshal([]byte(lines[2]), &last) != nil || last.TaskID != "t-1" || last.Error.Reason != "task_failed" {
		t.Errorf("exit %d, %s", code, out)
	}
}
