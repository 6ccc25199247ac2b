package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/upstreamtest"
)

// officialCLI builds the command line of the protocol's own Go module, unmodified.
func officialCLI(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a2a")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/a2aproject/a2a-go/v2/cmd/a2a").CombinedOutput()
	if err != nil {
		t.Fatalf("building the official agent: %v\n%s", err, out)
	}
	return path
}

// plainAgent runs an official agent that echoes, and returns its address and what ends it.
func plainAgent(t *testing.T, cli string, flags ...string) (url string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, cli, append([]string{"serve", "--echo", "--transport", "jsonrpc", "--port", "0"}, flags...)...)
	cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for scan := bufio.NewScanner(said); scan.Scan(); {
			if address, ok := strings.CutPrefix(scan.Text(), "Listening on "); ok {
				lines <- address
			}
		}
	}()
	end = func() {
		cancel()
		<-read
		_ = cmd.Wait()
	}
	t.Cleanup(end)
	select {
	case address := <-lines:
		return "http://" + address, end
	case <-time.After(patience):
		t.Fatal("the official agent does not listen")
	}
	return "", nil
}

// card03 is a file with the card of an agent of 0.3.
func card03(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "card.json")
	card := `{"name":"plain","description":"plain","version":"1","capabilities":{"streaming":true},"defaultInputModes":["text"],"defaultOutputModes":["text"],"skills":[],
		"supportedInterfaces":[{"url":"http://agent.invalid/","protocolBinding":"JSONRPC","protocolVersion":"0.3"}]}`
	if err := os.WriteFile(path, []byte(card), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask sends a message from one agent to another and returns the answer.
func ask(t *testing.T, from, to *running, text string) string {
	t.Helper()
	p, config := honest(t, from, to, signature.Octets1)
	r, err := p.Sign(to.URL(), probe.Message(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := probe.Send(t.Context(), r, config)
	if err != nil || got.Status != http.StatusOK || got.Reason != "" {
		t.Fatalf("%q: %v, %v %s", text, err, got, got.Body)
	}
	return got.Body
}

// An official A2A server that knows nothing of us answers behind all three gates, in either
// version, and while it is away its callers and /readyz are told so.
func TestEndToEndInFrontOfAPlainAgent(t *testing.T) {
	cli := officialCLI(t)
	s := newStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	for name, flags := range map[string][]string{
		"1.0": nil, "0.3": {"--protocol", "0.3", "--card-compat", "--card", card03(t)}, "0.3 that says it is 1.0": {"--protocol", "0.3"},
	} {
		t.Run(name, func(t *testing.T) {
			url, end := plainAgent(t, cli, flags...)
			bob := s.start("bob-"+strings.ReplaceAll(name, " ", "-"), map[string]string{"AGENT__BACKEND": "upstream", "AGENT__UPSTREAM_URL": url})
			if body := ask(t, alice, bob, "hello from "+name); !strings.Contains(body, `"text":"hello from `+name+`"`) || !strings.Contains(body, `"state":"completed"`) {
				t.Errorf("answer %s", body)
			}
			end()
			eventually(t, patience, "readiness tells that the upstream is away", func() bool {
				_, reasons := bob.readyz()
				return slices.Contains(reasons, "upstream_unavailable")
			})
			if body := ask(t, alice, bob, "hello?"); !strings.Contains(body, `"state":"failed"`) || !strings.Contains(body, "upstream_unavailable") {
				t.Errorf("answer %s", body)
			}
		})
	}
}

// What is behind the gates is told who passed them, and can verify it.
func TestEndToEndThePlainAgentKnowsWhoAsks(t *testing.T) {
	s := newStack(t, authoritytest.Options{})
	url := upstreamtest.Agent{Streams: true}.Serve(t).URL
	alice, bob := s.start("alice", nil), s.start("bob", map[string]string{"AGENT__BACKEND": "upstream", "AGENT__UPSTREAM_URL": url})
	p, config := honest(t, alice, bob, signature.Octets1)
	r, err := p.Sign(bob.URL(), probe.Message("who"))
	if err != nil {
		t.Fatal(err)
	}
	for _, forged := range []string{"Agent-Caller-Did", "Agent_caller_did", "agent-caller-name", "Agent-Caller-Token", "Agent-Deadline"} {
		r.Header[forged] = []string{"did:bindu:mallory:forged:1"}
	}
	got, err := probe.Send(t.Context(), r, config)
	if err != nil || got.Status != http.StatusOK || strings.Contains(got.Body, "mallory") {
		t.Fatalf("%v %v %s", err, got, got.Body)
	}
	var answer struct {
		Result struct {
			Artifacts []struct {
				Parts []struct{ Data map[string]string }
			}
		}
	}
	if err := json.Unmarshal([]byte(got.Body), &answer); err != nil || len(answer.Result.Artifacts) != 1 {
		t.Fatalf("%v: %s", err, got.Body)
	}
	told := answer.Result.Artifacts[0].Parts[0].Data
	if told["agent-caller-did"] != alice.DID().String() || told["authorization"] != "" || told["x-did"] != "" {
		t.Errorf("the plain agent was told %v", told)
	}
	_, err = jwt.Parse(told["agent-caller-token"], servedKey(t, bob), jwt.WithIssuer(bob.DID().String()), jwt.WithSubject(alice.DID().String()),
		jwt.WithAudience(url), jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired(), jwt.WithLeeway(time.Minute))
	if err != nil {
		t.Errorf("the token %s: %v", told["agent-caller-token"], err)
	}
}

// servedKey finds keys in the set on the admin port of an agent.
func servedKey(t *testing.T, r *running) jwt.Keyfunc {
	t.Helper()
	resp, err := http.Get("http://" + r.AdminAddr().String() + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	var set jwkset.JWKSMarshal
	if err != nil || json.Unmarshal(body, &set) != nil || len(set.Keys) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	return func(token *jwt.Token) (any, error) {
		if token.Header["kid"] != set.Keys[0].KID {
			return nil, jwt.ErrTokenUnverifiable
		}
		jwk, err := jwkset.NewJWKFromMarshal(set.Keys[0], jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		return jwk.Key(), err
	}
}
