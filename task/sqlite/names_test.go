package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// TestTasksStayTheirCallers opens a database of an earlier version, in which the
// owners stand as they did then: each caller has its task and nobody else's.
func TestTasksStayTheirCallers(t *testing.T) {
	t.Parallel()
	const poet = "did:bindu:you_at_example_com:poet:9f3c0000-0000-4000-8000-000000000001"
	d, err := did.Parse(poet)
	if err != nil {
		t.Fatal(err)
	}
	claims := oauth.Claims{Issuer: "https://issuer.example/", ClientID: "web app", Subject: "auth0|5f:1"}
	unsaid := oauth.Claims{Issuer: claims.Issuer, ClientID: claims.ClientID}
	callers := map[string]identity.Caller{
		poet: {DID: d, Claims: claims},
		"oauth:https%3A%2F%2Fissuer.example%2F:web+app:auth0%7C5f%3A1": {Claims: claims},
		"oauth:https%3A%2F%2Fissuer.example%2F:web+app:":               {Claims: unsaid},
	}
	path := filepath.Join(t.TempDir(), "dir")
	old := openEarlier(t, path, beforeEvents)
	for name := range callers {
		old.submitOf(name, "of "+name)
	}
	service, err := task.NewService(tasktest.Sized(task.Config{Store: openIn(t, path), Executor: backend.Echo{}}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close(t.Context()) })
	for name, c := range callers {
		page, err := service.ListTasks(identity.NewContext(t.Context(), c), &a2a.ListTasksRequest{})
		if err != nil || len(page.Tasks) != 1 || page.Tasks[0].ID != a2a.TaskID("of "+name) {
			t.Errorf("%s has %s, %v", name, asJSON(t, page), err)
		}
	}
}
