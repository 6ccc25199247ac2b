package gate_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
)

func TestUnmappedMethodIsRefusedWhateverTheCallerMay(t *testing.T) {
	for name, permissions := range map[string]gate.Permissions{
		"absent":              {"tasks/get": {"agent:read"}},
		"of no permission":    {"message/send": {}},
		"of another spelling": {"Message/Send": {"agent:write"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *gate.Config) { c.Permissions = permissions })
			b.claims.Scopes = []string{"agent:read", "agent:write", "agent:admin", "*"}
			_, got := b.do(b.request(signature.Reference, testBody))
			if got.Error.Code == 0 || b.ran["handler"] != 0 {
				t.Errorf("served: %+v", got)
			}
		})
	}
}

func TestOverrideReplacesOneMethodOnly(t *testing.T) {
	all := testPermissions()
	p := all.Override(gate.Permissions{"message/send": {"poems:write"}})
	may := func(permission string) func(string) bool { return func(s string) bool { return s == permission } }
	if p.Allows("message/send", may("agent:write")) || !p.Allows("message/send", may("poems:write")) || !p.Allows("tasks/get", may("agent:read")) {
		t.Errorf("permissions %v", p)
	}
	if !all.Allows("message/send", may("agent:write")) {
		t.Error("the override reached the defaults")
	}
}

func TestPolicyHoldsWhileTheHandlerRuns(t *testing.T) {
	b := newBench(t)
	b.handler = func(w http.ResponseWriter, _ *http.Request) {
		if b.ran["policy released"] != 0 {
			t.Error("released before the handler was done")
		}
		w.WriteHeader(http.StatusOK)
	}
	if w, _ := b.do(b.request(signature.Reference, testBody)); w.Code != http.StatusOK || b.ran["policy released"] != 1 {
		t.Errorf("%d, released %d times", w.Code, b.ran["policy released"])
	}
}

// Programs that use this package may make up reasons; callers never read them.
func TestAReasonOfNobodysIsAnInternalError(t *testing.T) {
	b := newBench(t)
	b.policyErr = &gate.Denial{Reason: "made_up"}
	w, got := b.do(b.request(signature.Reference, testBody))
	if w.Code != http.StatusInternalServerError || got.Error.Data.Reason != "internal" || got.Error.Code != -32603 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(b.events) != 1 || b.events[0].Reason != "made_up" || b.events[0].Status != http.StatusInternalServerError {
		t.Errorf("recorded %+v", b.events)
	}
}

func TestPolicyQuotaTellsWhenToTryAgain(t *testing.T) {
	b := newBench(t)
	b.policyErr = &gate.Denial{Reason: gate.RateLimited, RetryAfter: 1500 * time.Millisecond, Cause: errors.New("rule of mine")}
	w, got := b.do(b.request(signature.Reference, testBody))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "2" || got.Error.Data.Reason != "rate_limited" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if b.ran["handler"] != 0 || b.ran["policy released"] != 0 {
		t.Errorf("ran %v", b.ran)
	}
}

// What passes only because of a migration is counted, and what passes because
// the mode is meant so is not.
func TestAbsentTokenIsCountedWhereItShouldNotLast(t *testing.T) {
	optional := func(mode gate.Mode) func(*gate.Config) {
		return func(c *gate.Config) {
			c.Mode, c.TokenMode, c.Tokenless = mode, gate.TokenOptional, []string{identity.PermissionWrite}
		}
	}
	for mode, want := range map[gate.Mode]int{gate.ModeHybrid: 1, gate.ModeMTLS: 0} {
		t.Run(string(mode), func(t *testing.T) {
			b := newBench(t, optional(mode))
			r := b.request(signature.Reference, testBody)
			r.Header.Del("Authorization")
			if w, _ := b.do(r); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			warned := 0
			for _, e := range b.events {
				if e.Decision == audit.Warned && e.Reason == "token_absent" && e.DID == b.caller.String() {
					warned++
				}
			}
			if warned != want {
				t.Errorf("warned %d times: %+v", warned, b.events)
			}
		})
	}
}

func TestOptionalTokenIsStillJudged(t *testing.T) {
	b := newBench(t, func(c *gate.Config) { c.TokenMode = gate.TokenOptional })
	r := b.request(signature.Reference, testBody)
	r.Header.Set("Authorization", "Bearer bad-token")
	if w, got := b.do(r); w.Code != http.StatusUnauthorized || got.Error.Data.Reason != "token_inactive" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
