package agent

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/policy"
)

// operatedRules are rules and their file.
type operatedRules struct {
	rules
	path string
}

// newRules are the rules of a file, on a clock set by hand.
func newRules(t *testing.T, text string, now *time.Time) *operatedRules {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	engine, err := policy.Open(policy.Config{Path: path, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	return &operatedRules{rules{engine}, path}
}

// rewrite changes the file of the rules while they are in use.
func rewrite(t *testing.T, r *operatedRules, text string) {
	t.Helper()
	if err := os.WriteFile(r.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.engine.Reload(); err != nil {
		t.Fatal(err)
	}
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

var rpc = gate.Request{Method: "SendMessage", Body: []byte(`{"params":{}}`), Params: []byte(`{}`)}

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

// A list of parameters is for the handler to refuse, and a rule that refuses anybody
// refuses it, too.
func TestAListOfParametersIsNoMatterOfRules(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	list := gate.Request{Method: "GetTask", Body: []byte(`{"params":["x"]}`), Params: []byte(`["x"]`)}
	for rules, want := range map[string]gate.Reason{
		"rules: []": "", `rules: [{name: r, effect: deny, when: 'request.method == "GetTask"'}]`: gate.PolicyDenied,
		`rules: [{name: r, effect: require, when: 'request.skill == "poetry"'}]`: gate.PolicyDenied,
	} {
		r := newRules(t, "version: 1\ndefault: allow\n"+rules, &now)
		release, err := r.Decide(t.Context(), subject("ann"), list)
		if got := refusedWith(err); got != want || want == "" && err != nil {
			t.Errorf("%s: %v", rules, err)
		}
		if release != nil {
			release()
		}
	}
}

// Of an admitted request all that rules can name is kept, so that rules of later judge it,
// and looking again costs nothing of a quota.
func TestHostile120RulesOfLaterJudgeARequestOfBefore(t *testing.T) {
	began := time.Unix(1_800_000_000, 0)
	for name, tt := range map[string]struct {
		when    string
		refused bool
	}{
		"method":         {`request.method == "SendMessage"`, true},
		"another method": {`request.method == "GetTask"`, false},
		"size":           {`request.size == 56`, true},
		"another size":   {`request.size != 56`, false},
		"skill":          {`request.skill == "poetry"`, true},
		"another skill":  {`request.skill != "poetry"`, false},
		"time":           {`request.time > timestamp("2027-01-15T08:00:00Z")`, true},
		"scheme":         {`caller.scheme == "octets-1"`, true},
		"caller":         {`caller.subject == "ann"`, true},
	} {
		t.Run(name, func(t *testing.T) {
			now := began
			r := newRules(t, "version: 1\ndefault: allow\nquotas: {default: {daily: 1, concurrent: 1}}", &now)
			params := `{"message":{"metadata":{"skillId":"poetry"}}}`
			request := gate.Request{Method: "SendMessage", Params: []byte(params), Body: []byte(`{"params":` + params + `}`), Time: began}
			ann := subject("ann")
			ann.Scheme = signature.Octets1
			release, err := r.Decide(t.Context(), ann, request)
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			lasting := r.Lasting(request)
			clear(request.Params) // nothing of it is kept
			now = began.Add(time.Minute)
			for range 3 {
				if err := lasting(t.Context(), ann, now); err != nil {
					t.Fatalf("by the rules of before: %v", err)
				}
			}
			rewrite(t, r, "version: 1\ndefault: allow\nrules: [{name: r, effect: deny, when: '"+tt.when+"'}]")
			if got := refusedWith(lasting(t.Context(), ann, now)) == gate.PolicyDenied; got != tt.refused {
				t.Errorf("refused: %v", got)
			}
		})
	}
}
