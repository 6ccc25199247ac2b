package authoritytest_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/authoritytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBothStopAndRestartOnTheirAddresses(t *testing.T) {
	a := authoritytest.Start(t, authoritytest.Options{})
	before := *a
	register(t, a, "survivor")

	a.StopHydra()
	if _, err := get(t, a.HydraPublic+"/.well-known/openid-configuration"); err == nil {
		t.Fatal("Hydra answers after StopHydra")
	}
	a.StartHydra()
	a.KillHydra()
	a.StartHydra()
	if got := status(t, a.HydraAdmin+"/admin/clients/survivor"); got != http.StatusOK {
		t.Errorf("client after a restart and a crash: status %d, want 200", got)
	}
	a.KillStepCA()
	a.StartStepCA()
	if a.HydraPublic != before.HydraPublic || a.CAURL != before.CAURL || a.Fingerprint != before.Fingerprint {
		t.Errorf("addresses or root changed: %+v, want %+v", a.Env(), before.Env())
	}
}

func TestWipeHydraForgetsClientsAndKeys(t *testing.T) {
	a := authoritytest.Start(t, authoritytest.Options{})
	register(t, a, "forgotten")
	before := signingKeys(t, a)

	a.WipeHydra()

	if got := status(t, a.HydraAdmin+"/admin/clients/forgotten"); got != http.StatusNotFound {
		t.Errorf("client after a wipe: status %d, want 404", got)
	}
	for _, kid := range signingKeys(t, a) {
		if slices.Contains(before, kid) {
			t.Errorf("the signing key %s survived the wipe", kid)
		}
	}
}

func TestStepCAStartedWithoutHydraHasADeadProvisioner(t *testing.T) {
	a := authoritytest.Start(t, authoritytest.Options{})
	if got := provisionerState(t, a); got != "" {
		t.Fatalf("state %q, want none", got)
	}
	a.StopStepCA()
	a.StopHydra()
	a.StartStepCAWithoutHydra()
	a.StartHydra()
	if got := provisionerState(t, a); got != "Uninitialized" {
		t.Errorf("state %q, want Uninitialized", got)
	}
}

func TestWipeStepCAMakesAnotherRoot(t *testing.T) {
	a := authoritytest.Start(t, authoritytest.Options{})
	before := a.Fingerprint
	a.WipeStepCA()
	if a.Fingerprint == before || a.Env()["MTLS__CA_FINGERPRINT"] != a.Fingerprint {
		t.Errorf("fingerprint %q (before %q, environment %q)", a.Fingerprint, before, a.Env()["MTLS__CA_FINGERPRINT"])
	}
}

func register(t *testing.T, a *authoritytest.Authority, id string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.HydraAdmin+"/admin/clients", strings.NewReader(`{"client_id":"`+id+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("register: %s", resp.Status)
	}
}

func signingKeys(t *testing.T, a *authoritytest.Authority) (kids []string) {
	t.Helper()
	var set struct{ Keys []struct{ Kid string } }
	read(t, a.HydraPublic+"/.well-known/jwks.json", &set)
	for _, key := range set.Keys {
		kids = append(kids, key.Kid)
	}
	if len(kids) == 0 {
		t.Fatal("Hydra publishes no keys")
	}
	return kids
}

func provisionerState(t *testing.T, a *authoritytest.Authority) string {
	t.Helper()
	var list struct{ Provisioners []struct{ State string } }
	read(t, a.CAURL+"/provisioners", &list)
	return list.Provisioners[0].State
}

// client does not check the CA's certificate: these tests ask who answers, not whether to trust it.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
	}}
}

func get(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return client().Do(req)
}

func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := get(t, url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func read(t *testing.T, url string, into any) {
	t.Helper()
	resp, err := get(t, url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
