package peer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/peer"
)

// script is a peer that streams: what each connection brings, in their order, and
// then either its end or nothing more.
type script struct {
	connections [][]string // data of events, with their ids before a space; "" is a silence
	task        string     // answers GetTask and its like

	mu   sync.Mutex
	seen []string // method and last event id of each request
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req rpc
	if json.NewDecoder(r.Body).Decode(&req) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.seen = append(s.seen, strings.TrimSuffix(req.Method+" "+r.Header.Get("Last-Event-ID"), " "))
	var frames []string
	if strings.Contains(strings.ToLower(req.Method), "stream") || strings.Contains(strings.ToLower(req.Method), "sub") {
		if len(s.connections) == 0 {
			s.mu.Unlock()
			fault(w, req.ID, -32004, "this agent does not stream")
			return
		}
		frames, s.connections = s.connections[0], s.connections[1:]
	}
	s.mu.Unlock()
	if frames == nil {
		answer(w, req.ID, json.RawMessage(s.task))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, frame := range frames {
		if frame == "" {
			<-r.Context().Done()
			return
		}
		id, result, _ := strings.Cut(frame, " ")
		member := "result"
		if strings.HasPrefix(result, `{"code"`) {
			member = "error"
		}
		fmt.Fprintf(w, "id: %s\ndata: {\"jsonrpc\":\"2.0\",\"id\":%q,%q:%s}\n\n", id, req.ID, member, result)
		_ = http.NewResponseController(w).Flush()
	}
}

func (s *script) requests() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, ", ")
}

const (
	begun1    = `1 {"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_SUBMITTED"}}}`
	pieceA    = `2 {"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"one"}]}}}`
	pieceB    = `3 {"artifactUpdate":{"taskId":"t","contextId":"c","append":true,"lastChunk":true,"artifact":{"artifactId":"a","parts":[{"text":"two"}]}}}`
	done1     = `4 {"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}}`
	whole1    = `{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"all"}]}]}`
	begun03   = `1 {"kind":"task","id":"t","contextId":"c","status":{"state":"submitted"}}`
	pieceA03  = `2 {"kind":"artifact-update","taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"kind":"text","text":"one"}]}}`
	done03    = `3 {"kind":"status-update","taskId":"t","contextId":"c","final":true,"status":{"state":"completed","message":{"kind":"message","role":"agent","messageId":"m","parts":[{"kind":"text","text":"bye"}]}}}`
	drained   = `- {"code":-32000,"message":"x","data":{"reason":"shutting_down"}}`
	expired   = `- {"code":-32000,"message":"x","data":{"reason":"auth_expired"}}`
	refused   = `- {"code":-32603,"message":"x","data":{"reason":"internal"}}`
	ended1    = `- {"code":-32004,"message":"x","data":{"reason":"task_ended"}}`
	another   = `2 {"statusUpdate":{"taskId":"u","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}}`
	another03 = `2 {"kind":"status-update","taskId":"u","contextId":"c","status":{"state":"completed"}}`
	nonsense  = `2 {"hello":1}`
	message1  = `- {"message":{"messageId":"m","contextId":"c","role":"ROLE_AGENT","parts":[{"text":"hi"}]}}`
	question1 = `2 {"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_INPUT_REQUIRED","message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"which?"}]}}}}`
)

// streams reads a stream and says what it told.
func streams(s func(func(peer.Update, error) bool)) (told string, err error) {
	var all []string
	for u, failed := range s {
		if failed != nil {
			return strings.Join(all, ", "), failed
		}
		line := strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", u.State, u.StatusMessage, u.Artifact, u.Text)), " ")
		if u.Artifact != "" && !u.Replaces {
			line = "+" + line
		}
		all = append(all, line)
	}
	return strings.Join(all, ", "), nil
}

func TestStreams(t *testing.T) {
	const all = "submitted, a one, +a two, completed"
	for name, tt := range map[string]struct {
		protocol    card.Dialect
		connections [][]string
		want, asked string
		err         error
	}{
		"as it comes":       {card.V1, [][]string{{begun1, pieceA, pieceB, done1}}, all, "SendStreamingMessage", nil},
		"0.3":               {card.V03, [][]string{{begun03, pieceA03, done03}}, "submitted, a one, completed bye", "message/stream", nil},
		"a message alone":   {card.V1, [][]string{{message1}}, "completed hi", "SendStreamingMessage", nil},
		"a question":        {card.V1, [][]string{{begun1, question1}}, "submitted, input-required which?", "SendStreamingMessage", nil},
		"broken off":        {card.V1, [][]string{{begun1, pieceA}, {pieceB, done1}}, all, "SendStreamingMessage, SubscribeToTask 2", nil},
		"broken off twice":  {card.V1, [][]string{{begun1}, {pieceA}, {pieceB, done1}}, all, "SendStreamingMessage, SubscribeToTask 1, SubscribeToTask 2", nil},
		"broken off in 0.3": {card.V03, [][]string{{begun03}, {pieceA03, done03}}, "submitted, a one, completed bye", "message/stream, tasks/resubscribe 1", nil},
		"before anything":   {card.V1, [][]string{{}, {begun1, pieceA, pieceB, done1}}, all, "SendStreamingMessage, SendStreamingMessage", nil},
		"the peer drains":   {card.V1, [][]string{{begun1, pieceA, drained}, {pieceB, done1}}, all, "SendStreamingMessage, SubscribeToTask 2", nil},
		"our proofs end":    {card.V1, [][]string{{begun1, pieceA, expired}, {pieceB, done1}}, all, "SendStreamingMessage, SubscribeToTask 2", nil},
		"it ends meanwhile": {card.V1, [][]string{{begun1, pieceA}, {ended1}}, "submitted, a one, completed all", "SendStreamingMessage, SubscribeToTask 2, GetTask", nil},
		"a silent stream":   {card.V1, [][]string{{begun1, pieceA, ""}, {pieceB, done1}}, all, "SendStreamingMessage, SubscribeToTask 2", nil},
		"no streams":        {card.V1, nil, "completed all", "SendStreamingMessage, SendMessage", nil},
		"a refusal":         {card.V1, [][]string{{begun1, refused}}, "submitted", "SendStreamingMessage", new(peer.Refusal)},
		"another task":      {card.V1, [][]string{{begun1, another}}, "submitted", "SendStreamingMessage", peer.ErrReply},
		"another in 0.3":    {card.V03, [][]string{{begun03, another03}}, "submitted", "message/stream", peer.ErrReply},
		"another context":   {card.V1, [][]string{{begun1, strings.Replace(pieceA, `"contextId":"c"`, `"contextId":"d"`, 1)}}, "submitted", "SendStreamingMessage", peer.ErrReply},
		"our own message":   {card.V1, [][]string{{strings.Replace(message1, "ROLE_AGENT", "ROLE_USER", 1)}}, "", "SendStreamingMessage", peer.ErrReply},
		"a task of lines":   {card.V1, [][]string{{strings.Replace(begun1, `"id":"t"`, `"id":"t\nerror"`, 1)}}, "", "SendStreamingMessage", peer.ErrReply},
		"a context of them": {card.V1, [][]string{{begun1, strings.Replace(pieceA, `"contextId":"c"`, `"contextId":"c\r"`, 1)}}, "submitted", "SendStreamingMessage", peer.ErrReply},
		"a long id":         {card.V1, [][]string{{begun1, strings.Repeat("9", 257) + pieceA[1:]}, {begun1, pieceA, done1}}, "submitted, a one, submitted, a one, completed", "SendStreamingMessage, SubscribeToTask", nil},
		"an unseen id":      {card.V1, [][]string{{begun1, "\x1b" + pieceA}, {begun1, pieceA, done1}}, "submitted, a one, submitted, a one, completed", "SendStreamingMessage, SubscribeToTask", nil},
		"an id of 256":      {card.V1, [][]string{{begun1, strings.Repeat("9", 256) + pieceA[1:]}, {done1}}, "submitted, a one, completed", "SendStreamingMessage, SubscribeToTask " + strings.Repeat("9", 256), nil},
		"nonsense":          {card.V1, [][]string{{begun1, nonsense}}, "submitted", "SendStreamingMessage", peer.ErrReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := stepcatest.NewCA(t, nil)
			s := &script{connections: tt.connections, task: whole1}
			url, _ := serve(t, ca, critic, s)
			c := newClient(t, ca, newKey(t), func(c *peer.Config) {
				if name == "a silent stream" {
					c.Silence = 5 * time.Second
				}
			})
			p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: tt.protocol, Schemes: []signature.Scheme{signature.Octets1}}
			got, err := streams(c.Stream(t.Context(), p, "hello"))
			if got != tt.want || s.requests() != tt.asked {
				t.Errorf("told %q by %q\nwant %q by %q", got, s.requests(), tt.want, tt.asked)
			}
			_, isRefusal := errors.AsType[*peer.Refusal](err)
			if _, want := errors.AsType[*peer.Refusal](tt.err); want != isRefusal || !want && !errors.Is(err, tt.err) {
				t.Errorf("%v, want %v", err, tt.err)
			}
		})
	}
}

func TestFollowGoesOnWhereItWas(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	s := &script{connections: [][]string{{pieceB, done1}}}
	url, _ := serve(t, ca, critic, s)
	p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}
	got, err := streams(newClient(t, ca, newKey(t)).Follow(t.Context(), p, "t", "2"))
	if got != "+a two, completed" || s.requests() != "SubscribeToTask 2" || err != nil {
		t.Errorf("told %q by %q, %v", got, s.requests(), err)
	}
}

// A message is not sent a second time to an agent that does not know it again.
func TestAStreamThatBreaksBeforeAnythingIsNotSentAgainToEverybody(t *testing.T) {
	for name, schemes := range map[string][]signature.Scheme{"says nothing of schemes": nil, "the reference": {signature.Reference}} {
		t.Run(name, func(t *testing.T) {
			ca := stepcatest.NewCA(t, nil)
			s := &script{connections: [][]string{{}, {begun1, done1}}}
			url, _ := serve(t, ca, critic, s)
			p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1, Schemes: schemes}
			if got, err := streams(newClient(t, ca, newKey(t)).Stream(t.Context(), p, "hello")); !errors.Is(err, peer.ErrUnreachable) || s.requests() != "SendStreamingMessage" {
				t.Errorf("told %q by %q, %v", got, s.requests(), err)
			}
		})
	}
}

func TestAReaderThatBreaksOffEndsTheStream(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	s := &script{connections: [][]string{{begun1, pieceA, ""}}}
	url, _ := serve(t, ca, critic, s)
	p := peer.Peer{DID: parse(t, critic), URL: url, Protocol: card.V1}
	n := 0
	for _, err := range newClient(t, ca, newKey(t)).Stream(t.Context(), p, "hello") {
		if n++; err != nil {
			t.Fatal(err)
		}
		if n == 2 {
			break
		}
	}
	if s.requests() != "SendStreamingMessage" {
		t.Errorf("asked %q", s.requests())
	}
}
