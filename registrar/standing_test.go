package registrar_test

import (
	"testing"

	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

func TestStanding(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent, stranger := registrartest.NewAgent(t, "alice"), registrartest.NewAgent(t, "bob")
	check := func(a registrartest.Agent, registered, revoked bool) {
		t.Helper()
		r, v, err := f.Standing(t.Context(), a.DID)
		if err != nil || r != registered || v != revoked {
			t.Errorf("registered %t, revoked %t, %v; want %t, %t", r, v, err, registered, revoked)
		}
	}
	check(agent, false, false)
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	check(agent, true, false)
	for _, a := range []registrartest.Agent{agent, stranger} {
		if _, err := f.Revoke(t.Context(), a.DID, ""); err != nil {
			t.Fatal(err)
		}
		check(a, false, true)
		if _, err := f.Restore(t.Context(), a.DID, ""); err != nil {
			t.Fatal(err)
		}
		check(a, false, false) // until it registers anew
	}
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	check(agent, true, false)
}
