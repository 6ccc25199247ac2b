package a2a_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/task"
)

func TestTheExtendedCardInEachVersionAndBinding(t *testing.T) {
	t.Parallel()
	const v1, v03 = `{"name":"poet","skills":[{"id":"ledger"}]}`, `{"url":"https://poet.example/"}`
	a := newAgent(t, task.Config{})
	extended, err := a2a.NewHandler(a2a.HandlerConfig{
		Tasks: a.service, MaxBody: 2 << 20, MaxDepth: 64, AnswerBytes: 64 << 20, ExtendedCard: card.Extended{V1: []byte(v1), V03: []byte(v03)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		handler    http.Handler
		v1, v03    string // of JSON-RPC
		restStatus int
	}{
		"there is one":  {extended, `{"jsonrpc":"2.0","id":7,"result":` + v1 + `}`, `{"jsonrpc":"2.0","id":7,"result":` + v03 + `}`, http.StatusOK},
		"there is none": {a.handler, `UNSUPPORTED_OPERATION`, `-32007`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			a := &agent{t: t, handler: tt.handler, service: a.service}
			if got := a.post("alice", "1.0", `{"jsonrpc":"2.0","id":7,"method":"GetExtendedAgentCard"}`).Body.String(); !strings.Contains(got, tt.v1) {
				t.Errorf("%s, want %s", got, tt.v1)
			}
			if got := a.post("alice", "", `{"jsonrpc":"2.0","id":7,"method":"agent/getAuthenticatedExtendedCard"}`).Body.String(); !strings.Contains(got, tt.v03) {
				t.Errorf("%s, want %s", got, tt.v03)
			}
			w := a.rest("alice", http.MethodGet, "/extendedAgentCard", "")
			if w.Code != tt.restStatus || w.Code == http.StatusOK && w.Body.String() != v1 {
				t.Errorf("HTTP+JSON: %d %s", w.Code, w.Body)
			}
			if got := a.call("alice", "GetExtendedAgentCard", `{}`); got.said() == "OK" && got.messages[0] != v1 || (got.said() == "OK") != (tt.restStatus == http.StatusOK) {
				t.Errorf("gRPC: %+v", got)
			}
		})
	}
}
