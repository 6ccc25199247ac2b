package mtls

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// An answer of the CA that came after the time was over is no answer, whatever
// its status: the certificate it refused may have been asked for in vain only
// because we hung up.
func TestRefusalsAfterTheDeadlineCountAsNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusUnauthorized, http.StatusForbidden, http.StatusInternalServerError} {
		err := new(Enroller).signError(ctx, &exchange{status: status}, errors.New("unexpected end"), "token")
		if !errors.Is(err, ErrCAUnavailable) || errors.Is(err, ErrCARefused) || errors.Is(err, ErrCABadCertificate) {
			t.Errorf("HTTP %d: %v, want ErrCAUnavailable", status, err)
		}
	}
}
