package chaos

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestHostile136SecondProcessIsKeptOut: two agents never share a directory, and
// what a killed one leaves is no obstacle.
func TestHostile136SecondProcessIsKeptOut(t *testing.T) {
	w := newTown(t)
	dir := filepath.Join(t.TempDir(), "agent")
	first := w.spawn(t, dir, nil)
	first.untilServing()
	second := w.spawn(t, dir, nil)
	if code := second.untilEnded(); code != 1 || !strings.Contains(second.log.String(), "error [already_running]") {
		t.Errorf("exit code %d: %s", code, second.log)
	}
	first.kill()
	third := w.spawn(t, dir, nil)
	third.untilServing()
	if third.name != first.name {
		t.Errorf("the agent was %s and is %s", first.name, third.name)
	}
}

// TestHostile157RenewalByCertificateIsWarnedOf: with a CA that lets a
// certificate renew itself, deleting a client at Hydra would revoke nothing.
func TestHostile157RenewalByCertificateIsWarnedOf(t *testing.T) {
	for _, enabled := range []bool{true, false} {
		w := newTown(t)
		w.ca = stepcatest.NewServer(t, stepcatest.Config{
			Issuer:                w.hydra.Issuer(),
			ConfigurationEndpoint: w.hydra.PublicURL + "/.well-known/openid-configuration",
			EnableRenewal:         enabled,
		})
		a := w.run(t, filepath.Join(t.TempDir(), "agent"), nil)
		if !a.Serving() {
			t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
		}
		status, reasons, warnings := a.readyz(t)
		warned := slices.Contains(warnings, "ca_renewal_enabled")
		if status != 200 || len(reasons) > 0 || warned != enabled {
			t.Errorf("renewal enabled %t: /readyz %d, reasons %v, warnings %v", enabled, status, reasons, warnings)
		}
		a.stop()
	}
}

// TestHostile157RevokedAgentGetsNoCertificate: an agent whose client is gone
// from Hydra keeps the certificate it has and gets no other, says so, and does
// not come back by a restart: the deletion was meant.
func TestHostile157RevokedAgentGetsNoCertificate(t *testing.T) {
	w := newTown(t)
	dir := filepath.Join(t.TempDir(), "agent")
	a := w.run(t, dir, nil)
	if !a.Serving() {
		t.Fatalf("the agent does not start: %v\n%s", a.err, a.log)
	}
	signed := w.ca.Count("POST /1.0/sign")
	w.hydra.DeleteClient(a.DID().String())
	failed := a.log.next("certificate renewal failed")
	a.RenewCertificate()
	a.log.await(t, failed)
	if n := w.ca.Count("POST /1.0/sign"); n != signed {
		t.Errorf("%d more certificates were asked for", n-signed)
	}
	if status, reasons, _ := a.readyz(t); status != 503 || !slices.Equal(reasons, []string{"client_deleted"}) {
		t.Errorf("/readyz %d, reasons %v", status, reasons)
	}
	name := a.DID().String()
	a.stop()
	again := w.run(t, dir, nil)
	if again.Serving() || !errors.Is(again.err, hydra.ErrClientDeleted) {
		t.Errorf("the next start: %v\n%s", again.err, again.log)
	}
	if _, there := w.hydra.Registered(name); there || w.ca.Count("POST /1.0/sign") != signed {
		t.Error("it is registered again, or has another certificate")
	}
}
