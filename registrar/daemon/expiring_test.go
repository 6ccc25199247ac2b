package daemon

import (
	"strings"
	"testing"
	"time"
)

func TestTheWebhooksCertificateIsWarnedOf(t *testing.T) {
	now := time.Now()
	for left, want := range map[time.Duration]string{
		webhookNotice:     "",
		webhookNotice - 1: "webhook_certificate_expiring",
		1:                 "webhook_certificate_expiring",
		0:                 "webhook_certificate_expired",
		-time.Hour:        "webhook_certificate_expired",
	} {
		if got := expiring("webhook", now.Add(left), now); got != want {
			t.Errorf("%s before its end: %q, want %q", left, got, want)
		}
		if got := expiring("reference", now.Add(left), now); got != strings.Replace(want, "webhook", "reference", 1) {
			t.Errorf("%s before the other's end: %q", left, got)
		}
	}
}
