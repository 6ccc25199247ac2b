package agent

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestReadyzSaysWhatBecameOfOurClient: a deletion is a reason, all else a
// warning; what is not answered takes nothing back.
func TestReadyzSaysWhatBecameOfOurClient(t *testing.T) {
	ready, noted := newReadiness(), []string(nil)
	ready.set(componentServer, "")
	w := &clientWatch{ready: ready, note: func(word string, _ error) { noted = append(noted, word) }}
	for i, row := range []struct {
		err              error
		reasons, warning string
	}{
		{nil, "", ""},
		{oauth.ErrUnavailable, "", "hydra_unavailable"},
		{fmt.Errorf("x: %w", hydra.ErrSecretRejected), "", "secret_rejected"},
		{oauth.ErrInvalidResponse, "", "secret_rejected"},
		{fmt.Errorf("x: %w", hydra.ErrClientDeleted), "client_deleted", ""},
		{oauth.ErrUnavailable, "client_deleted", ""},
		{fmt.Errorf("x: %w", hydra.ErrClientDeleted), "client_deleted", ""},
		{hydra.ErrClientLost, "", "client_lost"},
		{hydra.ErrScopeNotAllowed, "", "token_unavailable"},
		{hydra.ErrRegistrationCorrupt, "", "registration_corrupt"},
		{nil, "", ""},
	} {
		w.say(row.err)
		why, warned := fmt.Sprint(ready.why()), fmt.Sprint(ready.warned())
		if why != "["+row.reasons+"]" || warned != "["+row.warning+"]" {
			t.Errorf("%d: %v: reasons %s, warnings %s", i, row.err, why, warned)
		}
	}
	want := []string{"hydra_unavailable", "secret_rejected", "client_deleted", "client_lost", "token_unavailable", "registration_corrupt", ""}
	if !slices.Equal(noted, want) {
		t.Errorf("logged %q, want each change once: %q", noted, want)
	}
}

// TestADeletedClientIsNotReady from the first look on, and whatever was amiss before.
func TestADeletedClientIsNotReady(t *testing.T) {
	for name, before := range map[string]error{"well before": nil, "without an answer before": oauth.ErrUnavailable, "with another secret before": hydra.ErrSecretRejected} {
		t.Run(name, func(t *testing.T) {
			ready := newReadiness()
			ready.set(componentServer, "")
			w := &clientWatch{ready: ready, note: func(string, error) {}}
			w.say(before)
			w.say(hydra.ErrClientDeleted)
			if why, warned := ready.why(), ready.warned(); !slices.Equal(why, []string{"client_deleted"}) || len(warned) > 0 {
				t.Errorf("reasons %q, warnings %q", why, warned)
			}
		})
	}
}

func TestOurClientIsLookedAtOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		w := &clientWatch{ready: newReadiness(), every: time.Minute, note: func(string, error) {}, look: func(context.Context) error {
			looks.Add(1)
			return hydra.ErrClientDeleted
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.run(ctx) }()
		time.Sleep(time.Hour)
		if n := looks.Load(); n < 60 || n > 90 {
			t.Errorf("%d looks in an hour", n)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestADeletedClientEndsEachWait: a start that waits for step-ca or for a token
// gives up where the client was deleted meanwhile.
func TestADeletedClientEndsEachWait(t *testing.T) {
	deleted := fmt.Errorf("%w: %w", mtls.ErrToken, hydra.ErrClientDeleted)
	if passing(deleted) || reasonOf(componentCA, deleted) != "client_deleted" {
		t.Errorf("it waits, and says %s", reasonOf(componentCA, deleted))
	}
	rejected := fmt.Errorf("%w: %w", mtls.ErrToken, hydra.ErrSecretRejected)
	if !passing(rejected) || reasonOf(componentCA, rejected) != "secret_rejected" {
		t.Errorf("a rejected secret ends the start, or is called %s", reasonOf(componentCA, rejected))
	}
}

// TestAHydraThatIsAwayIsNoFaultOfOurClient in the log: the remedies differ.
func TestAHydraThatIsAwayIsNoFaultOfOurClient(t *testing.T) {
	for word, want := range map[string]struct{ level, says, not string }{
		hydraAway:         {"WARN", "Hydra does not answer", "not in order"},
		"secret_rejected": {"ERROR", "our client at Hydra is not in order", "does not answer"},
		"client_deleted":  {"ERROR", "our client at Hydra is not in order", "does not answer"},
		"":                {"INFO", "our client at Hydra is in order again", "does not answer"},
	} {
		t.Run(word, func(t *testing.T) {
			var log bytes.Buffer
			a, err := New(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			a.noteClient(word, oauth.ErrUnavailable)
			line := log.String()
			if !strings.Contains(line, "level="+want.level) || !strings.Contains(line, want.says) || strings.Contains(line, want.not) {
				t.Error(line)
			}
		})
	}
}
