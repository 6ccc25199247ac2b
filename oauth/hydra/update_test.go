package hydra_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

// TestARefusedUpdateSaysWhatToLetThrough: the client was read a moment before,
// so that the address is right, whatever answers the update.
func TestARefusedUpdateSaysWhatToLetThrough(t *testing.T) {
	const (
		page     = "<html>no</html>"
		json     = `{"error":"not allowed","message":"no"}`
		refused  = "PATCH is refused, while GET of the same client is answered; let PATCH /admin/clients/ through in what stands before Hydra's admin API"
		conflict = "the update conflicts with another change; look for another program that updates the same client"
	)
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{401, page, refused}, {401, json, refused}, {403, page, refused}, {403, json, refused},
		{405, page, refused}, {405, json, refused}, {501, page, refused}, {501, json, refused},
		{404, page, refused}, {400, page, refused}, {409, page, refused},
		{409, json, conflict},
		{500, page, ""}, {503, json, ""}, {429, page, ""},
	} {
		t.Run(fmt.Sprint(c.status, map[string]string{page: " page", json: " json"}[c.body]), func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			a := newAgent(t, "agent")
			secret := a.reconcile(t, w).Credentials.ClientSecret
			s.Before(hydratest.Clients, func(r *http.Request) {
				if r.Method == http.MethodPatch {
					s.Fail(hydratest.Clients, hydratest.Fault{Status: c.status, Body: c.body, Times: 1})
				}
			})
			a.wanted.AgentURL = "https://moved.example"
			_, err := a.registrar(w.config()).Reconcile(t.Context(), a.wanted)
			failed, ok := errors.AsType[*hydra.RequestError](err)
			if !ok || !errors.Is(err, oauth.ErrUnavailable) {
				t.Fatalf("error %v, want a RequestError that a start waits for", err)
			}
			want := strings.TrimSuffix(oauth.ErrUnavailable.Error()+": "+c.want, ": ")
			if failed.Err.Error() != want || failed.Status != c.status || failed.Op != "update client" {
				t.Errorf("%s with status %d: %q, want %q", failed.Op, failed.Status, failed.Err, want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Error("the error shows the secret")
			}
			s.Before(hydratest.Clients, nil)
			if result := a.reconcile(t, w); result.Action != hydra.Repaired {
				t.Errorf("once it is let through: %s, want repaired", result.Action)
			}
		})
	}
}
