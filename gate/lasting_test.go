package gate_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/policy"
)

// operated are rules as an operator writes them, and changes them meanwhile.
type operated struct {
	rules  atomic.Pointer[policy.Policy]
	quotas *policy.Quotas
	judged []policy.Request // again
}

func (o *operated) write(t testing.TB, text string) {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	o.rules.Store(p)
}

func (o *operated) judge(ctx context.Context, c identity.Caller, r policy.Request) error {
	if d := o.rules.Load().Decide(ctx, c, r); !d.Allowed {
		return errors.New("rule " + d.Rule)
	}
	return nil
}

func (o *operated) request(r gate.Request) policy.Request {
	request, err := policy.NewRequest(r.Method, r.Params, int64(len(r.Body)), r.Time)
	if err != nil {
		panic(err)
	}
	return request
}

func (o *operated) Decide(ctx context.Context, c identity.Caller, r gate.Request) (func(), error) {
	if err := o.judge(ctx, c, o.request(r)); err != nil {
		return nil, err
	}
	release, err := o.quotas.Acquire(c.Name())
	return release, limited(err)
}

func (o *operated) RefuseCaller(ctx context.Context, c identity.Caller) error {
	if d, refused := o.rules.Load().RefusesCaller(ctx, c); refused {
		return errors.New("rule " + d.Rule)
	}
	return nil
}

func (o *operated) Exhausted(_ context.Context, c identity.Caller) error {
	return limited(o.quotas.Exhausted(c.Name()))
}

func (o *operated) Lasting(r gate.Request) func(context.Context, identity.Caller, time.Time) error {
	request := o.request(r)
	return func(ctx context.Context, c identity.Caller, now time.Time) error {
		request.Time = now
		o.judged = append(o.judged, request)
		return o.judge(ctx, c, request)
	}
}

const (
	lastingSelf   = "did:bindu:ops:caller:2"
	twoAllows     = "version: 1\ndefault: deny\nrules:\n- {name: these, effect: allow, when: 'caller.did in [DIDS]'}\n- {name: readers, effect: allow, when: 'request.method == \"GetTask\"'}\n"
	everybodyMay  = "version: 1\ndefault: allow\n"
	lastingBody   = `{"jsonrpc":"2.0","id":"7","method":"SendMessage","params":{"message":{"metadata":{"skillId":"poetry"}}}}`
	lookedAtAfter = 2 * time.Second
)

func denying(when string) string {
	return everybodyMay + "rules:\n- {name: r, effect: deny, when: '" + when + "'}\n"
}

// ruleChanges are rules before and while a request is answered, and whether those of then
// refuse it.
var ruleChanges = map[string]struct {
	before, after string
	refused       bool
}{
	"nothing":                         {everybodyMay, everybodyMay, false},
	"taken off one of two allowances": {strings.Replace(twoAllows, "DIDS", `"`+lastingSelf+`"`, 1), strings.Replace(twoAllows, "DIDS", `"did:bindu:ops:b:3"`, 1), true},
	"still in one of two":             {strings.Replace(twoAllows, "DIDS", `"`+lastingSelf+`"`, 1), strings.Replace(twoAllows, "DIDS", `"did:bindu:ops:b:3", "`+lastingSelf+`"`, 1), false},
	"its method":                      {everybodyMay, denying(`request.method == "SendMessage"`), true},
	"another method":                  {everybodyMay, denying(`request.method == "GetTask"`), false},
	"its size":                        {everybodyMay, denying(`request.size >= 100`), true},
	"another size":                    {everybodyMay, denying(`request.size < 100`), false},
	"its scheme":                      {everybodyMay, denying(`caller.scheme == "reference"`), true},
	"another scheme":                  {everybodyMay, denying(`caller.scheme == "jcs-1"`), false},
	"its key":                         {everybodyMay, denying(`!caller.key_bound`), true},
	"its skill":                       {everybodyMay, denying(`request.skill == "poetry"`), true},
	"another skill":                   {everybodyMay, denying(`request.skill != "poetry"`), false},
	"the time":                        {denying(`request.time >= timestamp("2027-01-15T08:00:01Z")`), denying(`request.time >= timestamp("2027-01-15T08:00:01Z")`), true},
	"a permission and its method":     {everybodyMay, denying(`"agent:write" in caller.permissions && request.method == "SendMessage"`), true},
	"what cannot be evaluated":        {everybodyMay, denying(`caller.claims.org == request.method`), true},
}

// newOperated returns gates with rules, whose one request at a time is that of a caller.
func newOperated(t *testing.T, before string, h http.HandlerFunc) (*bench, *operated, *ticker) {
	clock := newTicker()
	o := &operated{quotas: policy.NewQuotas(policy.QuotaRules{Default: policy.Quota{Concurrent: 1, Daily: 1}}, clock.now)}
	o.write(t, before)
	b := newBench(t, clock.on, behind(h), func(c *gate.Config) { c.Policy = o })
	return b, o, clock
}

// Rules that read more than the caller end what is being answered, too: all that they can
// name of a request is known to its end, and the look costs none of a quota of one.
func TestHostile120RulesThatChangeWhileAStreamIsWritten(t *testing.T) {
	for name, tt := range ruleChanges {
		t.Run(name, func(t *testing.T) {
			var b *bench
			var o *operated
			var clock *ticker
			var got []error
			b, o, clock = newOperated(t, tt.before, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusOK)
				o.write(t, tt.after)
				for range 3 {
					clock.Add(int64(lookedAtAfter))
					got = append(got, gate.Check(w))
				}
			})
			b.do(b.request(signature.Reference, lastingBody))
			if len(got) != 3 {
				t.Fatal("not admitted")
			}
			for _, err := range got {
				ended, is := errors.AsType[*gate.Ended](err)
				if is != tt.refused || is && (ended.Reason != string(gate.PolicyDenied) || ended.Gate != "policy") || !is && err != nil {
					t.Errorf("%v, want that it ends: %v", err, tt.refused)
				}
			}
			if len(o.judged) != 3 || slices.ContainsFunc(o.judged, func(r policy.Request) bool {
				return r.Method != "SendMessage" || r.Skill != "poetry" || r.Size != int64(len(lastingBody))
			}) {
				t.Errorf("judged again %+v", o.judged)
			}
		})
	}
}

// The same while a single answer is made, and between the rules and the handler.
func TestHostile120RulesThatChangeWhileAnAnswerIsMade(t *testing.T) {
	for name, tt := range ruleChanges {
		t.Run(name, func(t *testing.T) {
			var b *bench
			var o *operated
			var clock *ticker
			b, o, clock = newOperated(t, tt.before, func(w http.ResponseWriter, _ *http.Request) {
				o.write(t, tt.after)
				clock.Add(int64(lookedAtAfter))
				_ = secretly(w)
			})
			w, got := b.do(b.request(signature.Reference, lastingBody))
			if refused := w.Code == http.StatusForbidden && got.Error.Data.Reason == "policy_denied"; refused != tt.refused || !refused && w.Code != http.StatusAccepted {
				t.Errorf("%d %s, want a refusal: %v", w.Code, w.Body, tt.refused)
			}
		})
	}
}

// The same over HTTP+JSON, where the path says which method is called.
func TestHostile120RulesAboutTheMethodOfARoute(t *testing.T) {
	for method, refused := range map[string]bool{"SendMessage": true, "GetTask": false} {
		clock := newTicker()
		o := &operated{quotas: policy.NewQuotas(policy.QuotaRules{}, clock.now)}
		o.write(t, everybodyMay)
		b := newBench(t, clock.on, func(c *gate.Config) {
			c.Policy = o
			c.Protected = map[string]gate.Route{"/message:send": {Calls: map[string]string{"POST": "SendMessage"}, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				o.write(t, denying(`request.method == "`+method+`"`))
				clock.Add(int64(lookedAtAfter))
				_ = secretly(w)
			})}}
		})
		r := b.request(signature.Octets1, "{}")
		r.URL.Path, r.RequestURI = "/message:send", "/message:send"
		b.sign(r, signature.Octets1, "{}", testNow.Unix())
		w := httptest.NewRecorder()
		b.chain.ServeHTTP(w, r)
		if (w.Code == http.StatusForbidden) != refused || !refused && w.Code != http.StatusAccepted {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
}

// Whoever hangs up is not recorded as refused by a rule that could not be asked.
func TestWhoHangsUpIsNotRefusedForThat(t *testing.T) {
	ctx, hangUp := context.WithCancel(t.Context())
	var b *bench
	var clock *ticker
	var got error
	b, _, clock = newOperated(t, denying(`request.method == "GetTask"`), func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		hangUp()
		clock.Add(int64(lookedAtAfter))
		got = gate.Check(w)
	})
	b.do(b.request(signature.Reference, lastingBody).WithContext(ctx))
	if got != nil || len(b.events) != 1 || b.events[0].Reason != "" {
		t.Errorf("%v, %+v", got, b.events)
	}
}

// slowMemory takes its time to remember a key, and something happens meanwhile.
type slowMemory func()

func (s slowMemory) Remember(context.Context, did.DID, ed25519.PublicKey) error { s(); return nil }

// What was permitted before the memory of keys was slow is looked at again before the
// handler runs.
func TestHostile167PermissionAndRulesThatEndWhileAKeyIsRemembered(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*bench, *operated)
		reason gate.Reason
		gate   string
	}{
		"nothing":    {func(*bench, *operated) {}, "", ""},
		"permission": {func(b *bench, _ *operated) { b.claims.Scopes = []string{"agent:read"} }, gate.ScopeInsufficient, "scope"},
		"rules":      {func(_ *bench, o *operated) { o.write(t, denying(`request.method == "SendMessage"`)) }, gate.PolicyDenied, "policy"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newTicker()
			o := &operated{quotas: policy.NewQuotas(policy.QuotaRules{}, clock.now)}
			o.write(t, everybodyMay)
			var b *bench
			b = newBench(t, clock.on, func(c *gate.Config) {
				c.Policy = o
				c.Memory = slowMemory(func() { clock.Add(int64(lookedAtAfter)); b.set(func() { tt.change(b, o) }) })
			})
			w, got := b.do(b.request(signature.Reference, lastingBody))
			if got.Error.Data.Reason != string(tt.reason) || got.Error.Data.Gate != tt.gate || (b.ran["handler"] > 0) != (tt.reason == "") {
				t.Errorf("%d %s, ran %v", w.Code, w.Body, b.ran)
			}
		})
	}
}
