package agent

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/oauth/registrarapi"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// refusingOnce is an authority of which an attempt fails that may pass, and the next for good.
type refusingOnce struct {
	authority
	first error
	asked int
}

var errForGood = errors.New("for good")

func (r *refusingOnce) register(context.Context, string) (*hydra.Credentials, error) {
	if r.asked++; r.asked == 1 {
		return nil, r.first
	}
	return nil, errForGood
}

// A start says whom it waits for: the registrar where that registers us, for whichever
// reason it cannot be asked.
func TestAStartSaysWhomItWaitsFor(t *testing.T) {
	for name, tt := range map[string]struct {
		by   authority
		err  error
		want string
	}{
		"another than the registrar": {&registered{}, registrarapi.ErrUntrusted, "for=registrar reason=registrar_untrusted"},
		"the CA is away":             {&registered{}, mtls.ErrCAUnavailable, "for=registrar reason=ca_unavailable"},
		"the registrar's disk":       {&registered{}, registrarapi.ErrDatabase, "for=registrar reason=registrar_unavailable"},
		"Hydra is away":              {&direct{}, oauth.ErrUnavailable, "for=hydra reason=hydra_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				a := &Agent{ready: newReadiness(), log: slog.New(slog.NewTextHandler(&log, nil))}
				a.ready.set(boot.Server, "")
				if _, err := a.reconcile(t.Context(), self{}, &refusingOnce{authority: tt.by, first: tt.err}, ""); !errors.Is(err, errForGood) {
					t.Fatal(err)
				}
				if !strings.Contains(log.String(), tt.want) {
					t.Errorf("%q, want %q", log.String(), tt.want)
				}
			})
		})
	}
}
