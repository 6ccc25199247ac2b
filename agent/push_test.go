package agent

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/policy"
	"github.com/getbindu/bindu-go/push"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

// says is what a resolver says of everybody.
type says struct{ err error }

// PublicKey implements gate.KeyResolver.
func (s says) PublicKey(context.Context, did.DID) (ed25519.PublicKey, error) { return nil, s.err }

// TestWhatIsKnownOfAnOwner: only who is certainly gone is; an authority that is away says
// nothing.
func TestWhatIsKnownOfAnOwner(t *testing.T) {
	t.Parallel()
	const owner = "did:bindu:a:alice:1"
	away := fmt.Errorf("hydra: %w", oauth.ErrUnavailable)
	for name, tt := range map[string]struct {
		owner   string
		set     func(*settings.Settings)
		says    error
		gone    bool
		unknown bool
	}{
		"registered":                       {owner: owner},
		"deleted":                          {owner: owner, says: hydra.ErrNotRegistered, gone: true},
		"authority away":                   {owner: owner, says: away, unknown: true},
		"authority talks nonsense":         {owner: owner, says: oauth.ErrInvalidResponse, unknown: true},
		"another key":                      {owner: owner, says: did.ErrKeyChanged, unknown: true},
		"without a key, which it needs":    {owner: owner, says: hydra.ErrKeyUnavailable, unknown: true},
		"without a key, which it does not": {owner: owner, says: hydra.ErrKeyUnavailable, set: tokenOnly},
		"deleted, without a key":           {owner: owner, says: hydra.ErrNotRegistered, set: tokenOnly, gone: true},
		"not pinned":                       {owner: owner, says: errNotPinned, gone: true},
		"not pinned, which it need not be": {owner: owner, says: errNotPinned, set: tokenOnly},
		"allowed":                          {owner: owner, set: allows(owner)},
		"allowed and deleted":              {owner: owner, set: allows(owner), says: hydra.ErrNotRegistered, gone: true},
		"not allowed":                      {owner: owner, set: allows("did:bindu:b:bob:2"), gone: true},
		"not allowed, authority away":      {owner: owner, set: allows("did:bindu:b:bob:2"), says: away, gone: true},
		"without a DID":                    {owner: "oauth:a:b:c", says: hydra.ErrNotRegistered},
		"without a DID, where some are":    {owner: "oauth:a:b:c", set: allows(owner), gone: true},
	} {
		set := settings.Default()
		if tt.set != nil {
			tt.set(&set)
		}
		a := &Agent{opts: Options{Settings: set}, keys: says{tt.says}}
		err := a.lookAtOwner(t.Context(), tt.owner)
		if gone := errors.Is(err, push.ErrOwnerGone); gone != tt.gone || (err != nil) != (tt.gone || tt.unknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheOwnerIsLookedAtByThePolicy: as far as its name alone decides.
func TestTheOwnerIsLookedAtByThePolicy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		file string
		gone bool
	}{
		"denied":               {"version: 1\ndefault: allow\nrules: [{name: out, effect: deny, when: 'caller.did == \"did:bindu:a:alice:1\"'}]", true},
		"another is denied":    {"version: 1\ndefault: allow\nrules: [{name: out, effect: deny, when: 'caller.did == \"did:bindu:b:bob:2\"'}]", false},
		"not on the list":      {"version: 1\ndefault: deny\nrules: [{name: in, effect: allow, when: 'caller.did == \"did:bindu:b:bob:2\"'}]", true},
		"on the list":          {"version: 1\ndefault: deny\nrules: [{name: in, effect: allow, when: 'caller.did == \"did:bindu:a:alice:1\"'}]", false},
		"by a claim":           {"version: 1\ndefault: deny\nrules: [{name: in, effect: allow, when: 'caller.claims.team == \"x\"'}]", false},
		"by what it asks":      {"version: 1\ndefault: allow\nrules: [{name: out, effect: deny, when: 'request.method == \"SendMessage\"'}]", false},
		"without the right to": {"version: 1\ndefault: allow\nrules: [{name: out, effect: deny, when: '!(\"agent:write\" in caller.permissions)'}]", false},
	} {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
			t.Fatal(err)
		}
		engine, err := policy.Open(policy.Config{Path: path})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a := &Agent{opts: Options{Settings: settings.Default()}, keys: says{}, rules: &rules{engine}}
		if err := a.lookAtOwner(t.Context(), "did:bindu:a:alice:1"); errors.Is(err, push.ErrOwnerGone) != tt.gone || (err != nil) != tt.gone {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func tokenOnly(set *settings.Settings) { set.Auth.RequireDID = false }

func allows(dids ...string) func(*settings.Settings) {
	return func(set *settings.Settings) { set.Auth.AllowedDIDs = dids }
}

// storeAlone keeps no webhooks.
type storeAlone struct{ task.Store }

// TestAGivenStoreHasToKeepWebhooks: where there are to be some.
func TestAGivenStoreHasToKeepWebhooks(t *testing.T) {
	t.Parallel()
	a := &Agent{opts: Options{Settings: settings.Default()}}
	if w, err := a.openWebhooks(self{}, storeAlone{}); w != nil || err != nil {
		t.Errorf("without webhooks: %v, %v", w, err)
	}
	a.opts.Settings.Push.Enabled = true
	if _, err := a.openWebhooks(self{}, storeAlone{}); !errors.Is(err, errNoOutbox) {
		t.Errorf("with webhooks: %v", err)
	}
}
