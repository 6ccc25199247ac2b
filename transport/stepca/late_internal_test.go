package stepca

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// An answer of the CA that came after the time was over is no answer, whatever
// its status: the certificate it refused may have been asked for in vain only
// because we hung up.
func TestRefusalsAfterTheDeadlineCountAsNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError} {
		err := new(Client).signError(ctx, &exchange{status: status}, errors.New("unexpected end"), "token")
		if !errors.Is(err, mtls.ErrCAUnavailable) || errors.Is(err, mtls.ErrCARefused) || errors.Is(err, mtls.ErrCABadCertificate) {
			t.Errorf("HTTP %d: %v, want mtls.ErrCAUnavailable", status, err)
		}
	}
}
