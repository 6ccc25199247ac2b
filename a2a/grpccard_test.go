package a2a_test

import (
	"testing"

	"github.com/getbindu/bindu-go/a2a"
	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/task"
)

// What signatures of the extended card cover comes through gRPC as it is.
func TestTheExtendedCardByGRPCIsTheOneThatWasSigned(t *testing.T) {
	t.Parallel()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	signs, err := key.Assertion()
	if err != nil {
		t.Fatal(err)
	}
	made, err := card.New(card.Config{
		Name: "poet", Version: "1", URL: "https://poet.example:3773/", DID: callerDID(t, "poet"), Key: signs, MutualTLS: true, Token: true, TokenURL: "https://hydra.example/token",
		Permissions: map[string]string{"agent:read": "reads"}, ExtendedSkills: []card.Skill{{ID: "ledger", Name: "Ledger", Description: "reads the books"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := newAgent(t, task.Config{})
	if a.handler, err = a2a.NewHandler(a2a.HandlerConfig{Tasks: a.service, MaxBody: 2 << 20, MaxDepth: 64, AnswerBytes: 64 << 20, ExtendedCard: made.Extended()}); err != nil {
		t.Fatal(err)
	}
	got := a.call("alice", "GetExtendedAgentCard", `{}`)
	if got.said() != "OK" {
		t.Fatalf("%+v", got.status)
	}
	info, err := card.Parse([]byte(got.messages[0]))
	if err != nil || !info.Signed() {
		t.Fatalf("%s: %v", got.messages[0], err)
	}
	if err := info.Verify(callerDID(t, "poet"), signs.PublicKey()); err != nil {
		t.Errorf("%s: %v", got.messages[0], err)
	}
}
