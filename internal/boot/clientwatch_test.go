package boot

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestReadyzSaysWhatBecameOfOurClient: a deletion is a reason, all else a
// warning; what is not answered takes nothing back.
func TestReadyzSaysWhatBecameOfOurClient(t *testing.T) {
	ready, noted := admin.NewReadiness(Server, "starting"), []string(nil)
	ready.SetReason(Server, "")
	w := &ClientWatch{Ready: ready, Note: func(word string, _ error) { noted = append(noted, word) }}
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
		w.Say(row.err)
		why, warned := fmt.Sprint(ready.Reasons()), fmt.Sprint(ready.Warnings())
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
			ready := admin.NewReadiness(Server, "starting")
			ready.SetReason(Server, "")
			w := &ClientWatch{Ready: ready, Note: func(string, error) {}}
			w.Say(before)
			w.Say(hydra.ErrClientDeleted)
			if why, warned := ready.Reasons(), ready.Warnings(); !slices.Equal(why, []string{"client_deleted"}) || len(warned) > 0 {
				t.Errorf("reasons %q, warnings %q", why, warned)
			}
		})
	}
}

func TestOurClientIsLookedAtOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int64
		w := &ClientWatch{Ready: admin.NewReadiness(Server, "starting"), Every: time.Minute, Note: func(string, error) {}, Look: func(context.Context) error {
			looks.Add(1)
			return hydra.ErrClientDeleted
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
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
	if Passing(deleted) || ReasonOf(CA, deleted) != "client_deleted" {
		t.Errorf("it waits, and says %s", ReasonOf(CA, deleted))
	}
	rejected := fmt.Errorf("%w: %w", mtls.ErrToken, hydra.ErrSecretRejected)
	if !Passing(rejected) || ReasonOf(CA, rejected) != "secret_rejected" {
		t.Errorf("a rejected secret ends the start, or is called %s", ReasonOf(CA, rejected))
	}
}
