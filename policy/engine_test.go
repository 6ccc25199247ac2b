package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/policy"
)

const (
	allowAll = "version: 1\ndefault: allow\n"
	denyAll  = "version: 1\ndefault: deny\n"
)

func rulesFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	write(t, path, text)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, c policy.Config) *policy.Engine {
	t.Helper()
	e, err := policy.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestReloadKeepsTheOldRulesWhenTheNewAreBroken(t *testing.T) {
	path := rulesFile(t, denyAll)
	e := open(t, policy.Config{Path: path})
	for _, step := range []struct {
		text    string
		broken  bool
		allowed bool
	}{
		{denyAll, false, false},
		{allowAll, false, true},
		{"version: 1\ndefault: maybe\n", true, true},
		{"", true, true},
		{denyAll, false, false},
	} {
		write(t, path, step.text)
		if err := e.Reload(); errors.Is(err, policy.ErrFile) != step.broken {
			t.Errorf("Reload of %q: %v", step.text, err)
		}
		if d := e.Decide(t.Context(), poet(t), request()); d.Allowed != step.allowed {
			t.Errorf("after %q: %+v", step.text, d)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := e.Reload(); !errors.Is(err, policy.ErrFile) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Reload of no file: %v", err)
	}
}

func TestOpenRefusesWhatItCannotTrust(t *testing.T) {
	writable := rulesFile(t, allowAll)
	if err := os.Chmod(writable, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"absent": filepath.Join(t.TempDir(), "none"), "directory": t.TempDir(),
		"writable for everybody": writable, "broken": rulesFile(t, "rules"),
	} {
		if _, err := policy.Open(policy.Config{Path: path}); !errors.Is(err, policy.ErrFile) {
			t.Errorf("%s: %v, want ErrFile", name, err)
		}
	}
}

func TestAllowedDIDs(t *testing.T) {
	for _, c := range []struct {
		name    string
		allowed []string
		rules   string
		caller  identity.Caller
		want    bool
		rule    string
	}{
		{"no list, no rules", nil, "", poet(t), true, "default"},
		{"on the list", []string{poetDID}, "", poet(t), true, "default"},
		{"not on the list", []string{"did:bindu:a:b:c"}, "", poet(t), false, policy.AllowedDIDsRule},
		{"a longer one is another", []string{poetDID + "0"}, "", poet(t), false, policy.AllowedDIDsRule},
		{"no DID", []string{poetDID}, "", identity.Caller{}, false, policy.AllowedDIDsRule},
		{"no DID, empty entry", []string{""}, "", identity.Caller{}, false, policy.AllowedDIDsRule},
		{"not on the list that rules would allow", []string{"did:bindu:a:b:c"}, allowAll, poet(t), false, policy.AllowedDIDsRule},
		{"on the list that rules refuse", []string{poetDID}, denyAll, poet(t), false, "default"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := policy.Config{AllowedDIDs: c.allowed}
			if c.rules != "" {
				config.Path = rulesFile(t, c.rules)
			}
			e := open(t, config)
			d := e.Decide(t.Context(), c.caller, request())
			if d.Allowed != c.want || d.Rule != c.rule {
				t.Errorf("%+v, want %v by %s", d, c.want, c.rule)
			}
			explained, steps := e.Explain(t.Context(), c.caller, request())
			if explained != d || deciding(steps) != c.rule {
				t.Errorf("Explain: %+v, %+v", explained, steps)
			}
		})
	}
}

func TestDecideWhileReloading(t *testing.T) {
	path := rulesFile(t, allowAll)
	e := open(t, policy.Config{Path: path})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if d := e.Decide(t.Context(), poet(t), request()); d.Err != nil {
					t.Error(d)
				}
			}
		})
	}
	for i := range 50 {
		write(t, path, allowAll+"#"+string(rune('a'+i%26)))
		if err := e.Reload(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}
