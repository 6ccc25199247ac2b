package daemon

import (
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

// TestCertificatesLastAsLongAsTheSettingsSay: a day, or longer where ours does too.
func TestCertificatesLastAsLongAsTheSettingsSay(t *testing.T) {
	for ttl, want := range map[time.Duration]time.Duration{time.Hour: 24 * time.Hour, 24 * time.Hour: 24 * time.Hour, 48 * time.Hour: 48 * time.Hour} {
		set := settings.DefaultRegistrar()
		set.MTLS.CertTTL = settings.Duration(ttl)
		if got := hook(set).MaxLifetime; got != want {
			t.Errorf("with %s: %s, want %s", ttl, got, want)
		}
	}
}
