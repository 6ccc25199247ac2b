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
	for name, tt := range map[string]struct {
		err    error
		want   string
		passes bool
	}{
		"waits":                   {&registrarapi.PendingError{}, "registration_pending", true},
		"no answer":               {registrarapi.ErrUnreachable, "registrar_unavailable", true},
		"its disk is full":        {registrarapi.ErrDatabase, "registrar_unavailable", true},
		"another than it":         {registrarapi.ErrUntrusted, "registrar_untrusted", true},
		"busy":                    {registrarapi.ErrBusy, "registrar_busy", true},
		"does not verify":         {registrarapi.ErrStatement, "registrar_invalid", true},
		"another hand":            {registrarapi.ErrForeignWriter, "foreign_writer", true},
		"another clock":           {registrarapi.ErrClock, "clock_skew", true},
		"Hydra behind it is away": {oauth.ErrUnavailable, "hydra_unavailable", true},
		"revoked":                 {fmt.Errorf("%w: %w", oauth.ErrUnavailable, registrarapi.ErrRevoked), "revoked", false},
		"revoked at a renewal":    {fmt.Errorf("%w: %w", mtls.ErrAnnouncement, registrarapi.ErrRevoked), "revoked", false},
		"not known":               {registrarapi.ErrNotRegistered, "client_lost", false},
		"an announcement":         {fmt.Errorf("%w: %w", mtls.ErrAnnouncement, registrarapi.ErrRefused), "tls_key_unannounced", true},
		"something else":          {errors.Join(registrarapi.ErrTokenRequired, registrarapi.ErrRefused), "x_unavailable", false},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("asked: %w", &registrarapi.Error{Err: tt.err})
			if got := ReasonOf("x", err); got != tt.want || Passing(err) != tt.passes {
				t.Errorf("%v is %q and passes: %v", err, got, Passing(err))
			}
		})
	}
}

// TestARevokedAgentIsNotReady, as one whose client was deleted: it is meant to be gone.
func TestARevokedAgentIsNotReady(t *testing.T) {
	ready := admin.NewReadiness(Server, "starting")
	ready.SetReason(Server, "")
	w := &ClientWatch{Ready: ready, Note: func(string, error) {}}
	for _, row := range []struct {
		name             string
		err              error
		reasons, warning string
	}{
		{"no answer at first", registrarapi.ErrUnreachable, "", "registrar_unavailable"},
		{"revoked", fmt.Errorf("%w: %w", oauth.ErrUnavailable, registrarapi.ErrRevoked), "revoked", ""},
		{"no answer takes nothing back", registrarapi.ErrUnreachable, "revoked", ""},
		{"nor does one of Hydra", oauth.ErrUnavailable, "revoked", ""},
		{"restored", nil, "", ""},
		{"another than the registrar", registrarapi.ErrUntrusted, "", "registrar_untrusted"},
		{"which may become another thing", oauth.ErrUnavailable, "", "hydra_unavailable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w.Say(row.err)
			why, warned := fmt.Sprint(ready.Reasons()), fmt.Sprint(ready.Warnings())
			if why != "["+row.reasons+"]" || warned != "["+row.warning+"]" {
				t.Errorf("%v: reasons %s, warnings %s", row.err, why, warned)
			}
		})
	}
}
