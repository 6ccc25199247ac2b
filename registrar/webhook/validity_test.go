package webhook_test

import (
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

// TestACertificateBeginsNow: one that begins later would outlive a revocation, and so
// would one that lasts for long. That holds for everybody.
func TestACertificateBeginsNow(t *testing.T) {
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		from, to time.Duration // from now on
		lifetime time.Duration
		want     bool
	}{
		"as step-ca makes it":            {-time.Minute, day, 0, true},
		"by a clock that is before ours": {time.Minute, day + time.Minute, 0, true},
		"later":                          {time.Minute + time.Second, day, 0, false},
		"in a year":                      {365 * day, 366 * day, 0, false},
		"backdated":                      {-day, time.Hour, 0, true},
		"from long ago":                  {-day - time.Second, time.Hour, 0, false},
		"for too long":                   {-time.Minute, day + time.Minute + time.Second, 0, false},
		"for a week":                     {-time.Minute, 7 * day, 7 * day, true},
		"for more than a week":           {-time.Minute, 7*day + time.Minute + time.Second, 7 * day, false},
		"never":                          {0, -time.Second, 0, false},
	} {
		for _, who := range []did.DID{alice, carol, itself} {
			k, key := newKitOf(t, tt.lifetime), newKey(t)
			k.registry.registered[alice] = true
			k.registry.announced[alice], k.registry.announced[itself] = sha256.Sum256(key), sha256.Sum256(key)
			_, decision := k.ask(k.request(questionOf(issuer, who, key, k.now.Add(tt.from), k.now.Add(tt.to))))
			if decision.Allowed() != tt.want || !tt.want && decision.Reason != webhook.BadValidity || decision.DID != who {
				t.Errorf("%s: %+v", name, decision)
			}
		}
	}
}

// TestACertificateSaysWhenItIsValid: what is not said, is not taken.
func TestACertificateSaysWhenItIsValid(t *testing.T) {
	for _, member := range []string{`"notBefore":"`, `"notAfter":"`} {
		for _, other := range []string{`null,"raw":"`, `"0001-01-01T00:00:00Z","raw":"`} {
			k := newKit(t)
			body := question(issuer, carol, newKey(t))
			before, rest, _ := strings.Cut(strings.Replace(body, `,"raw":null`, "", 1), member)
			_, decision := k.ask(k.request(before + strings.TrimSuffix(member, `"`) + other + rest))
			if decision.Reason != webhook.BadValidity {
				t.Errorf("%s%s: %+v", member, other, decision)
			}
		}
	}
}
