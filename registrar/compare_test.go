package registrar_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// compared fails the test unless comparing reports a word, "" for agreement.
func (f fixture) compared(d did.DID, word string) []registrar.Drift {
	f.Helper()
	drift, err := f.Compare(f.Context(), d)
	got := ""
	if r, ok := errors.AsType[*registrar.Refusal](err); ok {
		got = string(r.Word)
	} else if err != nil {
		f.Fatal(err)
	}
	if got != word {
		f.Errorf("%s: %q, want %q: %v", d, got, word, err)
	}
	return drift
}

func TestComparingFindsAnotherHandAndNotOurOwn(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.compared(agent.DID, "")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	f.compared(agent.DID, "")
	release := hung(t, f, agent, registrartest.SecretOf("2"))
	f.compared(agent.DID, "") // what is there before the write
	release()
	f.compared(agent.DID, "")
	f.Clients.Edit(agent.DID, func(d registrartest.Document) { d["scope"] = json.RawMessage(`"agent:admin"`) })
	if drift := f.compared(agent.DID, "foreign_writer"); len(drift) != 1 || drift[0].Field != "scope" {
		t.Errorf("%v", drift)
	}
	f.accept(agent, agent.Body(registrartest.SecretOf("3")))
	f.compared(agent.DID, "")
	if err := f.Clients.Delete(t.Context(), agent.DID); err != nil {
		t.Fatal(err)
	}
	f.compared(agent.DID, "foreign_writer")
	f.revoke(agent.DID)
	f.compared(agent.DID, "")
	if err := f.Clients.Put(t.Context(), agent.DID, []byte(`{"client_id":"`+agent.DID.String()+`","client_secret":"a thief's"}`)); err != nil {
		t.Fatal(err)
	}
	f.compared(agent.DID, "foreign_writer") // of a DID that may have no client
}

// Between the write and the commit the authority has what only the intent knows.
func TestComparingKnowsWhatAChangeWrote(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	c := &faulty{Clients: f.Clients, edit: func() { f.compared(agent.DID, "") }}
	cfg := f.Config
	cfg.Clients = c
	if got := f.Register(f.Replica(cfg), agent, agent.Body(registrartest.SecretOf("2"))); got.Status != 200 {
		t.Error(got)
	}
	cfg.Clients = &faulty{Clients: f.Clients, get: func() error { return errors.New("away") }}
	f.Registrar = f.Replica(cfg)
	f.compared(agent.DID, "authority_unavailable")
}
