package agent

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
)

// newRules are the rules of a file, on a clock set by hand.
func newRules(t *testing.T, text string, now *time.Time) *rules {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	engine, err := policy.Open(policy.Config{Path: path, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return &rules{engine}
}

func subject(name string) identity.Caller {
	return identity.Caller{Claims: oauth.Claims{Issuer: "https://issuer", ClientID: "client", Subject: name}}
}

func refusedWith(err error) gate.Reason {
	if d, ok := errors.AsType[*gate.Denial](err); ok {
		return d.Reason
	}
	return ""
}

var rpc = gate.Request{Method: "SendMessage", Body: []byte(`{"params":{}}`)}

// Two subjects of one client have two quotas.
func TestHostile181QuotaOfASubject(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := newRules(t, "version: 1\ndefault: allow\nquotas: {default: {daily: 1}}", &now)
	for _, step := range []struct {
		who  string
		want gate.Reason
	}{{"ann", ""}, {"ann", gate.RateLimited}, {"bob", ""}} {
		release, err := r.Decide(t.Context(), subject(step.who), rpc)
		if got := refusedWith(err); got != step.want {
			t.Errorf("%s: %v, want %q", step.who, err, step.want)
		}
		if release != nil {
			release()
		}
	}
}

// A quota counts by the time of judgement, whatever time the request brings:
// 300 bodies that began over five minutes and end together are 300 requests of
// one moment.
func TestHostile168QuotaOfRequestsThatEndTogether(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := newRules(t, "version: 1\ndefault: allow\nquotas: {default: {rate: 1, burst: 5}}", &now)
	admitted := 0
	for i := range 300 {
		began := rpc
		began.Time = now.Add(time.Duration(i-300) * time.Second)
		if release, err := r.Decide(t.Context(), subject("ann"), began); err == nil {
			release()
			admitted++
		}
	}
	if admitted != 5 {
		t.Errorf("%d admitted, want the burst of 5", admitted)
	}
}

// Who is refused whatever it asks for, or has nothing left of its quota, is told
// so before its body is read, and pays nothing for it.
func TestHostile170RulesRefuseBeforeTheBody(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r := newRules(t, `version: 1
default: allow
rules: [{name: not-bob, effect: deny, when: 'caller.subject == "bob"'}]
quotas: {default: {rate: 1, burst: 1}}`, &now)
	if got := refusedWith(r.RefuseCaller(t.Context(), subject("bob"))); got != gate.PolicyDenied {
		t.Errorf("bob: %q", got)
	}
	for range 3 {
		if err := errors.Join(r.RefuseCaller(t.Context(), subject("ann")), r.Exhausted(t.Context(), subject("ann"))); err != nil {
			t.Errorf("ann: %v", err)
		}
	}
	release, err := r.Decide(t.Context(), subject("ann"), rpc)
	if err != nil {
		t.Fatal(err)
	}
	release()
	err = r.Exhausted(t.Context(), subject("ann"))
	if got := refusedWith(err); got != gate.RateLimited {
		t.Errorf("ann, who used up her quota: %v", err)
	}
	if err := r.RefuseCaller(t.Context(), subject("ann")); err != nil {
		t.Errorf("her own charge makes the rules refuse her: %v", err)
	}
	now = now.Add(time.Second)
	if err := r.Exhausted(t.Context(), subject("ann")); err != nil {
		t.Errorf("ann, a second later: %v", err)
	}
}
