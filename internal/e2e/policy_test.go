package e2e

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/task"
)

func TestEndToEndPolicy(t *testing.T) {
	w, poet, critic := newWorld(t), newOutsider(t, "poet"), newOutsider(t, "critic")
	file := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rules = `version: 1
default: deny
rules:
  - {name: key-bound-only, effect: require, when: caller.key_bound}
  - name: partners
    effect: allow
    when: has(caller.claims.org) && caller.claims.org == "partner" && request.method == "message/send" && request.skill in ["", "poetry"]
`
	write(rules)
	a := launch(t, "callee", w.settings(t, map[string]string{
		"DID__PINNED_KEYS": poet.pin() + "," + critic.pin(), "AUTH__POLICY_FILE": file,
	}), nil).await().awaitReady()
	send := func(o outsider, changes map[string]any) refusal {
		t.Helper()
		return post(t, sign(t, o.proofs(w.issuer.Mint(o.claims(w.issuer, changes)), a), a))
	}
	partner := map[string]any{"org": "partner"}

	if got := send(poet, partner); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	t.Run("denied, and only our log knows by which rule", func(t *testing.T) {
		got := send(poet, map[string]any{"org": "stranger"})
		if got.status != 403 || got.Error.Code != -31403 || got.Error.Data.Reason != "policy_denied" || got.challenge != "" {
			t.Fatalf("%d %q %s", got.status, got.challenge, got.body)
		}
		if strings.Contains(got.body, "default") || !a.log.has("rule default") {
			t.Errorf("%s\n%s", got.body, a.log)
		}
	})
	t.Run("a changed file takes effect, a broken one does not", func(t *testing.T) {
		write("version: 1\ndefault: deny\nrules:\n  - {name: critics, effect: allow, when: caller.did == '" + critic.did.String() + "'}\n")
		eventually(t, patience, "the new rules are in force", func() bool { return send(critic, nil).status == http.StatusOK })
		if got := send(poet, partner); got.Error.Data.Reason != "policy_denied" {
			t.Errorf("the old rules are still in force: %d %s", got.status, got.body)
		}
		write("version: 1\ndefault: allow\nrules:\n  - {name: broken, effect: allow, when: caller.did ==}\n")
		a.Reload()
		if got := send(poet, partner); got.Error.Data.Reason != "policy_denied" || send(critic, nil).status != http.StatusOK {
			t.Errorf("a broken file changed the rules: %d %s", got.status, got.body)
		}
		if ready, _ := a.readyz(); !ready || !strings.HasSuffix(a.metric(`agent_file_stale{file="policy"}`), " 1") || !a.log.has("broken") {
			t.Error("a broken file takes the agent out of service, or nobody is told")
		}
		write(rules)
		a.Reload()
		if send(poet, partner).status != http.StatusOK || !strings.HasSuffix(a.metric(`agent_file_stale{file="policy"}`), " 0") {
			t.Error("the repaired file is not in force")
		}
	})
	t.Run("daily quota", func(t *testing.T) {
		write(strings.TrimSuffix(rules, "\n") + "\nquotas:\n  callers:\n    " + critic.did.String() + ": {daily: 2}\n")
		a.Reload()
		statuses := []int{send(critic, partner).status, send(critic, partner).status}
		got := send(critic, partner)
		seconds, err := strconv.Atoi(got.retryAfter)
		if statuses[0] != 200 || statuses[1] != 200 || got.status != 429 || got.Error.Data.Reason != "rate_limited" || err != nil || seconds < 1 || seconds > 86400 {
			t.Errorf("%v, %d %q %s", statuses, got.status, got.retryAfter, got.body)
		}
		if send(poet, partner).status != http.StatusOK {
			t.Error("another caller pays for it")
		}
	})
}

func TestEndToEndAllowedDIDs(t *testing.T) {
	w, poet, critic := newWorld(t), newOutsider(t, "poet"), newOutsider(t, "critic")
	a := launch(t, "callee", w.settings(t, map[string]string{
		"DID__PINNED_KEYS": poet.pin() + "," + critic.pin(), "AUTH__ALLOWED_DIDS": poet.did.String(),
	}), nil).await().awaitReady()
	for o, want := range map[outsider]string{poet: "", critic: "policy_denied"} {
		got := post(t, sign(t, o.proofs(w.issuer.Mint(o.claims(w.issuer, nil)), a), a))
		if got.Error.Data.Reason != want {
			t.Errorf("%s: want %q, got %d %s", o.did, want, got.status, got.body)
		}
	}
}

func TestEndToEndPermissionsOfTheOperator(t *testing.T) {
	w, poet := newWorld(t), newOutsider(t, "poet")
	a := launch(t, "callee", w.settings(t, map[string]string{
		"DID__PINNED_KEYS": poet.pin(), "AUTH__PERMISSIONS": `{"message/send":["poems/write"]}`,
	}), nil).await().awaitReady()
	for scope, want := range map[string]string{"agent:write": "scope_insufficient", "poems/write": ""} {
		got := post(t, sign(t, poet.proofs(w.issuer.Mint(poet.claims(w.issuer, map[string]any{"scope": scope})), a), a))
		if got.Error.Data.Reason != want {
			t.Errorf("%s: want %q, got %d %s", scope, want, got.status, got.body)
		}
	}
}

// slow answers when it is told to.
type slow struct{ begun, end chan struct{} }

func (s slow) Execute(ctx context.Context, _ task.Request, _ task.Emit) (task.Result, error) {
	s.begun <- struct{}{}
	select {
	case <-s.end:
	case <-ctx.Done():
	}
	return task.Result{}, nil
}

func TestEndToEndConcurrentQuotaLastsAsLongAsTheRequest(t *testing.T) {
	w, poet := newWorld(t), newOutsider(t, "poet")
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("version: 1\ndefault: allow\nquotas: {default: {concurrent: 1}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	backend := slow{make(chan struct{}), make(chan struct{})}
	a := launchWith(t, "callee", w.settings(t, map[string]string{
		"DID__PINNED_KEYS": poet.pin(), "AUTH__POLICY_FILE": file,
	}), nil, backend).await().awaitReady()
	send := func() refusal {
		return post(t, sign(t, poet.proofs(w.issuer.Mint(poet.claims(w.issuer, nil)), a), a))
	}
	var first refusal
	var wg sync.WaitGroup
	wg.Go(func() { first = send() })
	<-backend.begun
	if got := send(); got.status != 429 || got.retryAfter != "1" {
		t.Errorf("the second at the same time: %d %q %s", got.status, got.retryAfter, got.body)
	}
	close(backend.end)
	wg.Wait()
	if first.status != http.StatusOK {
		t.Errorf("the first: %d %s", first.status, first.body)
	}
	wg.Go(func() { <-backend.begun })
	eventually(t, patience, "the place is given back", func() bool { return send().status == http.StatusOK })
	wg.Wait()
}
