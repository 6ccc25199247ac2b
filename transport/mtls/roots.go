package mtls

import (
	"context"
	"crypto/x509"
	"slices"
	"time"
)

// refreshRoots follows the CA's root bundle. When it cannot be had the roots stay as they are.
func (l *loop) refreshRoots(ctx context.Context) {
	if l.source == nil || time.Now().Before(l.nextRoots) {
		return
	}
	l.nextRoots = time.Now().Add(l.rootsPause())
	roots, err := l.cfg.CA.Roots(ctx)
	if err != nil {
		l.log().Debug("trusted CAs could not be refreshed", "error", err)
		return
	}
	if slices.EqualFunc(roots, l.source.Current().Roots, (*x509.Certificate).Equal) {
		return
	}
	if err := l.source.SetRoots(roots); err != nil {
		l.log().Error("trusted CAs from the CA are unusable", "error", err)
		return
	}
	l.unsaved, l.nextSave = l.source.Current(), time.Time{}
	if err := l.unsaved.Verify(l.cfg.DID, l.cfg.Source.Issuer, l.now()); err != nil {
		l.log().Warn("own certificate is not signed by the CAs trusted now; asking for a new one", "error", err)
		l.asked = true
	}
}
