package boot

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestWhatOfTheCAEndsAStart: the words with which docs/operations.md says that a
// start exits are those of errors that are not waited for, and no others.
func TestWhatOfTheCAEndsAStart(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // of the table of reasons, by word
	_, table, _ := strings.Cut(string(page), "| reason (503) |")
	table, _, _ = strings.Cut(table, "| warning (200) |")
	for line := range strings.Lines(table) {
		head, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		for _, word := range strings.Split(head, ", ") {
			rows[strings.Trim(word, "`")] = line
		}
	}
	for want, errs := range map[bool][]error{
		true: {mtls.ErrCAUnavailable, mtls.ErrProvisionerDisabled, mtls.ErrJWKSStale, mtls.ErrTokenRefused, mtls.ErrToken, mtls.ErrClockSkew,
			&stepca.RefusedError{Status: 401, Cause: mtls.ErrJWKSStale}, &stepca.RefusedError{Status: 403, Cause: mtls.ErrWebhook}},
		false: {mtls.ErrFingerprintMismatch, mtls.ErrCAUntrusted, mtls.ErrCABadCertificate, &stepca.RefusedError{Status: 403}},
	} {
		for _, err := range errs {
			word := mtls.Reason(err)
			if got := Passing(fmt.Errorf("enrol: %w", err)); got != want {
				t.Errorf("%s is waited for: %t, want %t", word, got, want)
			}
			if row := rows[word]; row == "" || strings.Contains(row, "exits 1") == want {
				t.Errorf("%s is waited for: %t, and operations.md says %q", word, want, row)
			}
		}
	}
}
