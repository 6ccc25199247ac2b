package chaos

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
)

// inbox is a webhook. Its first answer is 500, and the second it keeps until it is let go.
type inbox struct {
	t    *testing.T
	key  ed25519.PublicKey
	self signature.Recipient

	held, let chan struct{}

	mu    sync.Mutex
	calls int
	told  []string // of the calls that were answered 200
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // who sent it was killed
	}
	i.mu.Lock()
	i.calls++
	call := i.calls
	i.mu.Unlock()
	i.check(r, body)
	switch call {
	case 1:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case 2:
		close(i.held)
		<-i.let
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.told = append(i.told, what(i.t, body))
}

// check looks whether a call proves where it comes from.
func (i *inbox) check(r *http.Request, body []byte) {
	to := i.self
	to.Method, to.Target, to.ContentType = r.Method, r.RequestURI, r.Header.Get("Content-Type")
	claim, err := signature.ReadPush(r.Header, to)
	if err == nil {
		_, err = claim.Verify(i.key, body)
	}
	if token := r.Header.Get("X-A2A-Notification-Token"); err != nil || token != "secret" || to.ContentType != "application/a2a+json" {
		i.t.Errorf("a call with %v: %v", r.Header, err)
	}
}

// what says of what a webhook is told.
func what(t *testing.T, body []byte) string {
	var event struct {
		StatusUpdate   *struct{ Status struct{ State string } }
		ArtifactUpdate *struct {
			Artifact struct{ Parts []struct{ Text string } }
		}
	}
	if err := json.Unmarshal(body, &event); err != nil {
		t.Errorf("%v: %s", err, body)
	}
	switch {
	case event.StatusUpdate != nil:
		return event.StatusUpdate.Status.State
	case event.ArtifactUpdate != nil && len(event.ArtifactUpdate.Artifact.Parts) == 1:
		return event.ArtifactUpdate.Artifact.Parts[0].Text
	}
	return string(body)
}

// TestWebhooksAreToldAcrossKill: a webhook fails once, and the program is killed while it
// delivers. The next one tells it everything, in order, what was under way once more.
func TestWebhooksAreToldAcrossKill(t *testing.T) {
	w := newTown(t)
	dir := filepath.Join(t.TempDir(), "agent")
	with := map[string]string{"AGENT__BACKEND": "echo", "PUSH__ENABLED": "true", "PUSH__ALLOWED_NETWORKS": "127.0.0.0/8"}
	p := w.spawn(t, dir, with)
	p.untilServing()
	c := w.newCaller(t)
	h, err := home.Enter(dir)
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	box := &inbox{t: t, key: id.Key.PublicKey(), self: signature.Recipient{DID: c.name}, held: make(chan struct{}), let: make(chan struct{})}
	server := httptest.NewServer(box)
	defer server.Close()
	let := sync.OnceFunc(func() { close(box.let) })
	defer let()

	request, err := c.signBody(p.url, sendWithWebhook(server.URL+"/hook?x=1"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("A2A-Version", "1.0")
	answer, err := probe.Send(t.Context(), request, c.tls(t, p.name))
	if err != nil || answer.Status != http.StatusOK || answer.Reason != "" {
		t.Fatalf("%v, %v\n%s", answer, err, p.log)
	}
	select {
	case <-box.held:
	case <-time.After(patience):
		t.Fatalf("nothing is delivered again\n%s", p.log)
	}
	p.kill()
	let()
	w.spawn(t, dir, with).untilServing()
	box.await(t, []string{"TASK_STATE_SUBMITTED", "TASK_STATE_SUBMITTED", "hello", "TASK_STATE_COMPLETED"})
}

func sendWithWebhook(url string) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":%q,"role":"ROLE_USER","parts":[{"text":"hello"}]},`+
		`"configuration":{"taskPushNotificationConfig":{"url":%q,"token":"secret"}}}}`, uuid.NewString(), url)
}

// await waits until everything was told that is wanted, and that alone.
func (i *inbox) await(t *testing.T, want []string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(2 * patience); ; {
		i.mu.Lock()
		told := fmt.Sprint(i.told)
		i.mu.Unlock()
		if told == fmt.Sprint(want) {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("told was %s, want %s", told, want)
		}
	}
}
