package hostile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
)

// trustRows are about what one caller, or whoever writes to Hydra, can make an
// agent believe.
func trustRows() []row {
	return []row{
		{number: 36, reason: "admin_not_listed", sent: "a token with agent:admin, by a caller that AUTH__ADMINS does not list, or does", gets: "as without it, and recorded; listed, it opens what it is for", run: adminsOnly},
		{number: 77, reason: "remembered_key_changed", sent: "a perfect request with all three proofs, by whoever replaced the key of a DID at Hydra", gets: "403 `key_changed`, also after a restart, until the operator accepts the key", run: replacedRegistration},
		{number: 77, reason: "key_not_remembered", sent: "a DID that was never seen and is not derived from its key, to an agent that remembers as many as it may", with: "LIMITS__REMEMBERED_KEYS=1", gets: "503; who is remembered and who has a DID of its key are served", run: fullMemory},
		{number: 171, reason: "introspection_invalid", sent: "a token of which Hydra says more than 64 KiB, again and again", gets: "503 for that token; readiness does not move", run: oddToken},
	}
}

// oddToken is a token that its own client made odd: Hydra is as well as before.
func oddToken(t *testing.T, w *house) {
	h := w.build(t, "")
	c, other := h.newCaller(t), h.newCaller(t)
	audience := make([]string, 6000)
	for i := range audience {
		audience[i] = fmt.Sprintf("step-ca/%d", i)
	}
	token := h.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String(), Scopes: []string{"agent:read", "agent:write"}, Audience: audience})
	probed := h.probes.Load()
	for i := range 20 {
		s := aimAs(t, h, c)
		s.token = token
		want{status: 503, code: -31409, gate: "token", reach: atToken}.refuses(s, "introspection_invalid")
		if i == 0 { // the agent asked Hydra by itself, and knows better than the answer it met
			eventually(t, "the agent asks Hydra about a token of its own", func() bool { return h.probes.Load() > probed })
		}
		if status, reasons := h.readyz(t); status != http.StatusOK {
			t.Fatalf("/readyz says %d, %v", status, reasons)
		}
	}
	ok.refuses(aimAs(t, h, other), "")
	t.Run("while Hydra itself answers so", func(t *testing.T) {
		broken(hydratest.Fault{HugeBody: 128 << 10})(aimAs(t, h, c))
		aimAs(t, h, other).send()
		eventually(t, "/readyz says so", func() bool {
			_, reasons := h.readyz(t)
			return slices.Contains(reasons, "hydra_unavailable")
		})
		h.hydra.Heal(hydratest.Introspect)
		eventually(t, "ready again", func() bool { status, _ := h.readyz(t); return status == http.StatusOK })
	})
}

func adminsOnly(t *testing.T, w *house) {
	admin := w.newCaller(t)
	h := w.build(t, "AUTH__ADMINS="+admin.name.String())
	owner, other := h.newCaller(t), h.newCaller(t)
	made, _ := ask(t, h, owner, string(probe.Message("hello")))
	var task struct{ ID string }
	if err := json.Unmarshal(made.Result, &task); err != nil || task.ID == "" {
		t.Fatalf("%s, %v", made.Result, err)
	}
	cancel := func(c *caller, scopes ...string) *reply {
		s := aimAs(t, h, c)
		s.spec.Scopes, s.body = scopes, []byte(call("tasks/cancel", `{"id":"`+task.ID+`"}`))
		return s.send()
	}
	const notFound, notCancelable = -32001, -32002
	for name, c := range map[string]struct {
		by     *caller
		scopes []string
		status int
		code   int
	}{
		"not listed, nothing else": {other, []string{"agent:admin"}, http.StatusForbidden, -31403},
		"not listed, and write":    {other, []string{"agent:write", "agent:admin"}, http.StatusOK, notFound},
		"listed":                   {admin, []string{"agent:admin"}, http.StatusOK, notCancelable}, // found, and it has ended
		"listed, without it":       {admin, []string{"agent:write"}, http.StatusOK, notFound},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.trace(t)
			got := cancel(c.by, c.scopes...)
			parsed, _ := got.parse(t)
			if got.status != c.status || parsed.Error == nil || parsed.Error.Code != c.code {
				t.Errorf("%d %s, want %d and %d", got.status, got.body, c.status, c.code)
			}
			warned := h.trace(t).since(before).decisions["scope/warned/admin_not_listed"]
			if want := c.by == other; (warned == 1) != want {
				t.Errorf("recorded %v times, want that: %t", warned, want)
			}
		})
	}
}

// notAdmin asks with agent:admin alone as somebody who is not listed: that says
// no more than no permission, and is recorded.
func notAdmin(s *shot) {
	scopes("agent:admin")(s)
	s.warned = "scope/warned/admin_not_listed"
}
