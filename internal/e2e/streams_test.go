package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/task"
)

// counting is an executor that emits a number every so often until it is told to stop.
type counting time.Duration

func (c counting) Execute(ctx context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
	every := time.NewTicker(time.Duration(c))
	defer every.Stop()
	for n := 0; ; n++ {
		if err := emit(&a2a.Artifact{ID: "n", Parts: a2a.ContentParts{a2a.NewTextPart(strconv.Itoa(n))}}, true); err != nil {
			return task.Result{}, err
		}
		select {
		case <-ctx.Done():
			return task.Result{}, ctx.Err()
		case <-every.C:
		}
	}
}

// streaming starts an agent that counts.
func (s *stack) streaming(name string) *running {
	env := s.auth.Env()
	env["AGENT__DIR"] = filepath.Join(s.root, name)
	return launchWith(s.t, name, env, nil, counting(50*time.Millisecond)).await()
}

// slack is how long an event may be under way on a machine that is busy.
const slack = 5 * time.Second

// told is one event of a stream, and when it came.
type told struct {
	at   time.Time
	data string
}

// number is the piece that an event brings, -1 for any other.
func (e told) number() int {
	var v struct {
		Result struct {
			ArtifactUpdate struct {
				Artifact struct{ Parts []struct{ Text string } }
			}
		}
	}
	if json.Unmarshal([]byte(e.data), &v) != nil || len(v.Result.ArtifactUpdate.Artifact.Parts) == 0 {
		return -1
	}
	parts := v.Result.ArtifactUpdate.Artifact.Parts
	n, err := strconv.Atoi(parts[len(parts)-1].Text)
	if err != nil {
		return -1
	}
	return n
}

// follow sends a message with a token and returns the events of its stream as they
// come; the channel is closed when the stream ends.
func (r *running) follow(t *testing.T, token string, to *running, protocol string) <-chan told {
	t.Helper()
	p, config := honest(t, r, to, signature.JCS1)
	p.Token = token
	id := uuid.NewString()
	signed, err := p.Sign(to.URL(), fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"SendStreamingMessage","params":{"message":{"messageId":%q,"role":"ROLE_USER","parts":[{"text":"count"}]}}}`, id))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, signed.URL, bytes.NewReader(signed.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signed.Header
	req.Header.Set("A2A-Version", "1.0")
	resp, err := client(t, config, protocol).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" || !strings.HasPrefix(resp.Proto, protocol) {
		t.Fatalf("%s %s %s", resp.Proto, resp.Status, resp.Header)
	}
	t.Cleanup(func() { resp.Body.Close() })
	events := make(chan told, 10_000)
	go func() {
		defer close(events)
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				events <- told{time.Now(), data}
			}
		}
	}()
	return events
}

// client speaks one version of HTTP.
func client(t *testing.T, config *tls.Config, protocol string) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config}
	if protocol == "HTTP/2.0" {
		config.NextProtos, transport.ForceAttemptHTTP2 = []string{"h2"}, true
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// last reads a stream to its end, which must come, and returns all that it brought.
func last(t *testing.T, events <-chan told) []told {
	t.Helper()
	var all []told
	limit := time.After(patience)
	for {
		select {
		case e, more := <-events:
			if !more {
				if len(all) == 0 {
					t.Fatal("the stream brought nothing more")
				}
				return all
			}
			all = append(all, e)
		case <-limit:
			t.Fatalf("the stream does not end: %d events", len(all))
		}
	}
}

// counts waits until a stream has brought some numbers more, in their order.
func counts(t *testing.T, events <-chan told, from, more int) int {
	t.Helper()
	limit := time.After(patience)
	for want := from + more; ; {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream has ended at %d", from)
			}
			n := e.number()
			if n < 0 {
				continue
			}
			if n <= from {
				t.Errorf("%d came after %d", n, from)
			}
			if from = n; n >= want {
				return n
			}
		case <-limit:
			t.Fatalf("no more came after %d", from)
		}
	}
}

// TestEndToEndHostile120StreamsEndWithTheirToken: a token is revoked at Hydra while
// streams are read under it. Nothing is told more than five seconds later, but why.
func TestEndToEndHostile120StreamsEndWithTheirToken(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	bob := s.streaming("bob")
	oauth := s.oauthClient(alice)
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			revoked, kept := oauth.mint(), oauth.mint()
			ends, goesOn := alice.follow(t, revoked, bob, protocol), alice.follow(t, kept, bob, protocol)
			counts(t, ends, -1, 10)
			oauth.revoke(revoked)
			at := time.Now()
			all := last(t, ends)
			final := all[len(all)-1]
			if !strings.Contains(final.data, `"reason":"auth_expired"`) || !strings.Contains(final.data, `"gate":"token"`) {
				t.Errorf("the last event is %s", final.data)
			}
			for _, e := range all[:len(all)-1] {
				if late := e.at.Sub(at); late > verdictAge+slack {
					t.Errorf("told %s after the token was revoked", late)
				}
			}
			t.Logf("over %s it ended %s after the token was revoked", protocol, final.at.Sub(at).Round(time.Millisecond))
			counts(t, goesOn, -1, 100)
		})
	}
}

// TestEndToEndStreamsWaitForHydra: while Hydra is away a stream tells nothing more
// than five seconds after it was last heard, and loses nothing.
func TestEndToEndStreamsWaitForHydra(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	bob := s.streaming("bob")
	events := alice.follow(t, s.oauthClient(alice).mint(), bob, "HTTP/1.1")
	n := counts(t, events, -1, 10)
	s.auth.StopHydra()
	stopped := time.Now()
	silent := time.NewTimer(3 * time.Second)
	var latest time.Duration
	for quiet := false; !quiet; {
		select {
		case e, more := <-events:
			if !more {
				t.Fatal("the stream has ended")
			}
			if got := e.number(); got >= 0 {
				n, latest = got, e.at.Sub(stopped)
			}
			silent.Reset(3 * time.Second)
		case <-silent.C:
			quiet = true
		}
	}
	if latest > verdictAge+slack {
		t.Errorf("told %s after Hydra was gone", latest)
	}
	s.auth.StartHydra()
	counts(t, events, n, 20)
	if err := bob.stop(); err != nil {
		t.Error(err)
	}
	all := last(t, events)
	if final := all[len(all)-1].data; !strings.Contains(final, `"reason":"shutting_down"`) {
		t.Errorf("the last event is %s", final)
	}
}
