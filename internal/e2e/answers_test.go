package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/peer"
	"github.com/getbindu/bindu-go/task"
)

// pieces is an executor that tells its answer in pieces.
type pieces []string

func (all pieces) Execute(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
	for _, text := range all {
		if err := emit(&a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}, true); err != nil {
			return task.Result{}, err
		}
	}
	return task.Result{}, nil
}

// TestEndToEndAnswersAreSigned: two agents that have never met sign what they say to each
// other, and what one of them keeps of it proves that to anybody who has only the file.
func TestEndToEndAnswersAreSigned(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	env := s.auth.Env()
	env["AGENT__DIR"] = filepath.Join(s.root, "bob")
	bob := launchWith(t, "bob", env, nil, pieces{"shall I ", "compare thee"}).await()
	client, err := alice.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	found, err := client.Discover(t.Context(), bob.URL(), bob.DID())
	if err != nil || !found.SignedAnswers || !found.Key.Equal(bob.Outbound().Key.PublicKey()) {
		t.Fatalf("found %+v, %v", found, err)
	}
	record := evidence.Record{
		Caller: evidence.Party{DID: alice.DID(), Key: alice.Outbound().Key.PublicKey()},
		Agent:  evidence.Party{DID: bob.DID(), Key: found.Key},
	}
	ctx := peer.Recorded(t.Context(), func(e evidence.Exchange) { record.Exchanges = append(record.Exchanges, e) })

	reply, err := client.Send(ctx, found, "write")
	if err != nil || reply.State != peer.StateCompleted {
		t.Fatalf("reply %+v, %v", reply, err)
	}
	var streamed strings.Builder
	for u, err := range client.Stream(ctx, found, "write again") {
		if err != nil {
			t.Fatal(err)
		}
		if u.Artifact != "" {
			streamed.WriteString(u.Text)
		}
	}
	if strings.ReplaceAll(streamed.String(), "\n", "") != "shall I compare thee" {
		t.Errorf("streamed %q", streamed.String())
	}
	_, err = client.Result(ctx, found, "no-such-task")
	if refused, ok := errors.AsType[*peer.Refusal](err); !ok || !refused.Proved {
		t.Errorf("a task that is not there: %v", err)
	}
	provesAll(t, record, "write", "write again", "no-such-task")
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		for _, scheme := range schemes {
			t.Run("a plain client, "+protocol+", "+string(scheme), func(t *testing.T) { demands(t, bob, alice, protocol, scheme) })
		}
	}
}

// TestEndToEndAnswersByGRPCAreSigned: the same by gRPC, and what came of a stream that broke
// off is proved up to there.
func TestEndToEndAnswersByGRPCAreSigned(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice := s.start("alice", nil)
	env := s.auth.Env()
	env["AGENT__DIR"] = filepath.Join(s.root, "bob")
	bob := launchWith(t, "bob", env, nil, pieces{"shall I ", "compare thee"}).await()
	client, err := alice.Client(func(c *peer.Config) { c.Binding = peer.GRPC })
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	found, err := client.Discover(t.Context(), bob.URL(), bob.DID())
	if err != nil || !found.SignedAnswers {
		t.Fatalf("found %+v, %v", found, err)
	}
	record := evidence.Record{
		Caller: evidence.Party{DID: alice.DID(), Key: alice.Outbound().Key.PublicKey()},
		Agent:  evidence.Party{DID: bob.DID(), Key: found.Key},
	}
	ctx := peer.Recorded(t.Context(), func(e evidence.Exchange) { record.Exchanges = append(record.Exchanges, e) })
	if reply, err := client.Send(ctx, found, "write"); err != nil || reply.State != peer.StateCompleted {
		t.Fatalf("reply %+v, %v", reply, err)
	}
	for u, err := range client.Stream(ctx, found, "write again") {
		if err != nil {
			t.Fatalf("%+v, %v", u, err)
		}
	}
	_, err = client.Result(ctx, found, "no-such-task")
	if refused, ok := errors.AsType[*peer.Refusal](err); !ok || !refused.Proved || refused.Code != -32001 {
		t.Errorf("a task that is not there: %v", err)
	}
	for range client.Stream(ctx, found, "write and be left") {
		break
	}
	raw, err := record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := evidence.Parse(raw)
	if err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	proofs, err := read.Verify(nil)
	if err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	streamed, left := 0, 0
	for _, p := range proofs {
		if p.Events > 0 && !p.Incomplete {
			streamed++
		}
		if p.Incomplete {
			left++
		}
	}
	if streamed != 1 || left != 1 || len(proofs) < 4 {
		t.Errorf("%+v", proofs)
	}
}

// demands calls as a client of any other make may: it asks for a signature and verifies
// the bytes that came, which are many.
func demands(t *testing.T, caller, callee *running, protocol string, scheme signature.Scheme) {
	t.Helper()
	p, config := honest(t, caller, callee, scheme)
	text := strings.Repeat("all the world's a stage ", 10_000)
	r, err := p.Sign(callee.URL(), fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{"messageId":%q,"role":"ROLE_USER","parts":[{"text":%q}]}}}`, uuid.NewString(), text))
	if err != nil {
		t.Fatal(err)
	}
	signature.Demand(r.Header)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = r.Header
	req.Header.Set("A2A-Version", "1.0")
	resp, err := client(t, config, protocol).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "heard "+text) {
		t.Fatalf("%s, %v: %.200s", resp.Status, err, body)
	}
	binding, err := signature.BindingOf(r.Header, callee.DID())
	if err != nil {
		t.Fatal(err)
	}
	a := signature.Answer{Binding: binding, Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Body: body}
	if at, err := signature.VerifyAnswer(callee.Outbound().Key.PublicKey(), a, resp.Header); err != nil || time.Since(time.Unix(at, 0)) > patience {
		t.Errorf("signed at %d: %v, %v", at, err, resp.Header)
	}
}

// provesAll writes and reads a record as commands do, and wants each text asked for in it;
// of another agent, or with a letter more, it proves nothing.
func provesAll(t *testing.T, record evidence.Record, texts ...string) {
	t.Helper()
	raw, err := record.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := evidence.Parse(raw)
	if err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	proofs, err := read.Verify(nil)
	if err != nil || len(proofs) < len(texts) {
		t.Fatalf("%d proofs, %v of %s", len(proofs), err, raw)
	}
	events := int64(0)
	for i, p := range proofs {
		if events = max(events, p.Events); p.Asked == 0 || p.Answered < p.Asked-300 || p.Ended < p.Answered {
			t.Errorf("exchange %d: %+v", i, p)
		}
	}
	if events < 3 {
		t.Errorf("no stream of the record has more than %d events", events)
	}
	for _, text := range texts {
		if !strings.Contains(string(raw), text) {
			t.Errorf("%q is not in the record", text)
		}
	}
	changed, err := evidence.Parse([]byte(strings.Replace(string(raw), "compare thee", "compare me", 1)))
	if err == nil {
		_, err = changed.Verify(nil)
	}
	if !errors.Is(err, did.ErrSignatureMismatch) {
		t.Errorf("with a letter changed: %v", err)
	}
}

// TestEndToEndTheCommandKeepsEvidence: what "agent call" keeps of a call in each binding,
// streamed or not, "agent verify" proves with the file alone.
func TestEndToEndTheCommandKeepsEvidence(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	alice, bob := s.start("alice", nil), s.start("bob", nil)
	program := filepath.Join(buildAgent(t), "agent")
	env := os.Environ()
	for name, value := range s.environment("alice", map[string]string{"AGENT__NAME": "alice", "AGENT__AUTHOR": "e2e@example.com"}) {
		env = append(env, name+"="+value)
	}
	run := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env, cmd.Dir = env, t.TempDir()
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, binding := range []string{"jsonrpc", "http+json", "grpc"} {
		for _, streams := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "call.json")
			said := fmt.Sprintf("by %s, streamed %v", binding, streams)
			args := []string{"call", bob.URL(), said, "--did", bob.DID().String(), "--binding", binding, "--evidence", path}
			if streams {
				args = append(args, "--stream")
			}
			if out, err := run(args...); err != nil || !strings.Contains(out, "heard "+said) || !strings.Contains(out, "evidence: "+path) {
				t.Errorf("%s: %v: %s", said, err, out)
				continue
			}
			out, err := run("verify", "--evidence", path)
			if err != nil || !strings.Contains(out, "ok: signed by both") || !strings.Contains(out, alice.DID().String()+" asked "+bob.DID().String()) {
				t.Errorf("%s: %v: %s", said, err, out)
			}
		}
	}
}
