package peer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// answers is a peer that gives one answer to every call.
func answers(result string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var req rpc
		if json.NewDecoder(r.Body).Decode(&req) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer(w, req.ID, json.RawMessage(result))
	}
}

// Who asks for a task gets that one or an error, and no answer has an id that would leave
// its line, or is a message of the caller's.
func TestHostile125AnswersAboutSomethingElse(t *testing.T) {
	const task = `{"id":"t","contextId":"c","status":{"state":"completed"}}`
	for name, tt := range map[string]struct {
		result string
		taken  bool
	}{
		"the task":                {task, true},
		"another task":            {strings.Replace(task, `"t"`, `"u"`, 1), false},
		"a message without task":  {`{"messageId":"m","role":"agent","parts":[{"text":"x"}]}`, false},
		"a task of two lines":     {strings.Replace(task, `"t"`, `"t\n"`, 1), false},
		"a context of two lines":  {strings.Replace(task, `"c"`, `"c\u2028d"`, 1), false},
		"a context with escapes":  {strings.Replace(task, `"c"`, `"\u001b[2J"`, 1), false},
		"in another spelling":     {strings.Replace(task, `"contextId":"c"`, `"context_id":"c\r"`, 1), false},
		"the caller's message":    {`{"messageId":"m","role":"user","taskId":"t","parts":[{"text":"x"}]}`, false},
		"the caller's in 1.0":     {`{"message":{"messageId":"m","role":"ROLE_USER","taskId":"t","parts":[{"text":"x"}]}}`, false},
		"the agent's about the t": {`{"messageId":"m","role":"agent","taskId":"t","parts":[{"text":"x"}]}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			url, _ := serve(t, ca, critic, answers(tt.result))
			c, p := newClient(t, ca, newKey(t)), peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V03}
			for way, ask := range map[string]func(context.Context, peer.Peer, string) (peer.Reply, error){"result": c.Result, "cancel": c.Cancel} {
				reply, err := ask(t.Context(), p, "t")
				if tt.taken && (err != nil || reply.TaskID != "t") || !tt.taken && (!errors.Is(err, peer.ErrReply) || reply.Text != "") {
					t.Errorf("%s: %+v, %v", way, reply, err)
				}
			}
		})
	}
}

// A stream that breaks off after each event is gone on with less and less often.
func TestHostile125AStreamThatBreaksAfterEachEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := &restarting{next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var req rpc
			if json.NewDecoder(r.Body).Decode(&req) != nil {
				return
			}
			asked++
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "id: %d\ndata: {\"jsonrpc\":\"2.0\",\"id\":%q,\"result\":{\"task\":{\"id\":\"t\",\"contextId\":\"c\",\"status\":{\"state\":\"TASK_STATE_WORKING\"}}}}\n\n", asked, req.ID)
		})}
		c, p, _ := inBubble(t, a, a.dialer)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := streams(c.Stream(ctx, p, "hello")); err == nil {
			t.Error("it ended well")
		}
		if asked < 10 || asked > 40 {
			t.Errorf("asked %d times in a minute", asked)
		}
	})
}
