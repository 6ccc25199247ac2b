package boot

import (
	"errors"
	"fmt"
	"testing"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestWhatARegistrarHoldsAgainstUsHasAWord, and a start waits for what time mends.
func TestWhatARegistrarHoldsAgainstUsHasAWord(t *testing.T) {
	for want, tt := range map[string]struct {
		err    error
		passes bool
	}{
		"registration_pending":  {&registrarapi.PendingError{}, true},
		"registrar_unavailable": {registrarapi.ErrUnreachable, true},
		"registrar_untrusted":   {registrarapi.ErrUntrusted, true},
		"registrar_busy":        {registrarapi.ErrBusy, true},
		"registrar_invalid":     {registrarapi.ErrStatement, true},
		"foreign_writer":        {registrarapi.ErrForeignWriter, true},
		"clock_skew":            {registrarapi.ErrClock, true},
		"hydra_unavailable":     {oauth.ErrUnavailable, true},
		"revoked":               {fmt.Errorf("%w: %w", oauth.ErrUnavailable, registrarapi.ErrRevoked), false},
		"client_lost":           {registrarapi.ErrNotRegistered, false},
		"tls_key_unannounced":   {fmt.Errorf("%w: %w", mtls.ErrAnnouncement, registrarapi.ErrRefused), true},
		"x_unavailable":         {errors.Join(registrarapi.ErrTokenRequired, registrarapi.ErrRefused), false},
	} {
		err := fmt.Errorf("asked: %w", &registrarapi.Error{Err: tt.err})
		if got := ReasonOf("x", err); got != want || Passing(err) != tt.passes {
			t.Errorf("%v is %q and passes: %v", err, got, Passing(err))
		}
	}
}

// TestARevokedAgentIsNotReady, as one whose client was deleted: it is meant to be gone.
func TestARevokedAgentIsNotReady(t *testing.T) {
	ready := admin.NewReadiness(Server, "starting")
	ready.SetReason(Server, "")
	w := &ClientWatch{Ready: ready, Note: func(string, error) {}}
	for i, row := range []struct {
		err              error
		reasons, warning string
	}{
		{registrarapi.ErrUnreachable, "", "registrar_unavailable"},
		{fmt.Errorf("%w: %w", oauth.ErrUnavailable, registrarapi.ErrRevoked), "revoked", ""},
		{registrarapi.ErrUnreachable, "revoked", ""}, // no answer takes nothing back
		{oauth.ErrUnavailable, "revoked", ""},
		{nil, "", ""},
		{registrarapi.ErrUntrusted, "", "registrar_untrusted"},
		{oauth.ErrUnavailable, "", "hydra_unavailable"},
	} {
		w.Say(row.err)
		why, warned := fmt.Sprint(ready.Reasons()), fmt.Sprint(ready.Warnings())
		if why != "["+row.reasons+"]" || warned != "["+row.warning+"]" {
			t.Errorf("%d: %v: reasons %s, warnings %s", i, row.err, why, warned)
		}
	}
}
