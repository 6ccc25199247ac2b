package boot

import (
	"errors"

	"github.com/getbindu/bindu-go/oauth/registrarapi"
)

// RegistrarReason is the word for a registrar that tells us nothing, "" for anything
// else. Each of these may end without us.
func RegistrarReason(err error) string {
	for _, r := range []struct {
		err  error
		word string
	}{
		{registrarapi.ErrPending, "registration_pending"},
		{registrarapi.ErrForeignWriter, "foreign_writer"},
		{registrarapi.ErrBusy, "registrar_busy"},
		{registrarapi.ErrClock, "clock_skew"},
		{registrarapi.ErrUntrusted, "registrar_untrusted"},
		{registrarapi.ErrStatement, "registrar_invalid"},
		{registrarapi.ErrDatabase, "registrar_unavailable"},
		{registrarapi.ErrUnreachable, "registrar_unavailable"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return ""
}

// awayReason is the word for an authority of which nothing is known.
func awayReason(err error) string {
	if word := RegistrarReason(err); word != "" {
		return word
	}
	if Unanswered(err) {
		return HydraAway
	}
	return ""
}
