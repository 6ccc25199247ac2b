package agent

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// TestTrustInTheRegistrarBeginsWithTheCA, goes on while that is away, and never begins
// without it.
func TestTrustInTheRegistrarBeginsWithTheCA(t *testing.T) {
	first, second := stepcatest.NewCA(t, time.Now), stepcatest.NewCA(t, time.Now)
	type answer struct {
		ca  *stepcatest.CA
		err error
	}
	for name, tt := range map[string]struct {
		stored  *stepcatest.CA
		answers []answer
		trusts  *stepcatest.CA // nil: nobody
		err     error          // of the last
	}{
		"the CA answers":                   {nil, []answer{{ca: first}}, first, nil},
		"its roots are replaced":           {nil, []answer{{ca: first}, {ca: second}}, second, nil},
		"it is away at first":              {nil, []answer{{err: mtls.ErrCAUnavailable}}, nil, mtls.ErrCAUnavailable},
		"it is away, and had answered":     {nil, []answer{{ca: first}, {err: mtls.ErrCAUnavailable}}, first, nil},
		"it is away, and roots are stored": {second, []answer{{err: mtls.ErrCAUnavailable}}, second, nil},
		"it is another, and some are":      {second, []answer{{err: mtls.ErrFingerprintMismatch}}, nil, mtls.ErrFingerprintMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			var next answer
			trust := &registrarTrust{
				fetch: func(context.Context) ([]*x509.Certificate, error) {
					if next.err != nil {
						return nil, next.err
					}
					return next.ca.Roots(), nil
				},
				stored: func() []*x509.Certificate {
					if tt.stored == nil {
						return nil
					}
					return tt.stored.Roots()
				},
			}
			var err error
			for _, next = range tt.answers {
				err = trust.refresh(t.Context())
			}
			if !errors.Is(err, tt.err) {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			if got := trust.roots(); (got == nil) != (tt.trusts == nil) || got != nil && !got.Equal(tt.trusts.Pool()) {
				t.Error("somebody else is trusted")
			}
		})
	}
}
