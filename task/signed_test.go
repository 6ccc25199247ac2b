package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/task"
)

// signer signs as the agent does.
func signer(t *testing.T) (*did.KeyPair, func(string) (string, error)) {
	t.Helper()
	key, err := did.KeyPairFromSeed(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key, func(text string) (string, error) { return did.SignText(key, text) }
}

// emitting answers every message with these artifacts, in this order.
func emitting(artifacts ...*a2a.Artifact) task.Executor {
	return executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		for i, a := range artifacts {
			if err := emit(a, i+1 < len(artifacts) && artifacts[i+1].ID == a.ID); err != nil {
				return task.Result{}, err
			}
		}
		return task.Result{}, nil
	})
}

// 161: a part whose text could be a request, or anything else that keys sign,
// is kept and sent without a signature, and says why. Each part is judged by
// itself, also where parts are appended to an artifact, and what it would be
// together with others is nobody's text.
func TestHostile161RefusedPartsAreSentUnsigned(t *testing.T) {
	t.Parallel()
	key, sign := signer(t)
	const envelope = `{"body": "x", "did": "did:bindu:a", "timestamp": 1}`
	s, end := newService(t, task.Config{Sign: sign, Executor: emitting(
		&a2a.Artifact{ID: "one", Parts: a2a.ContentParts{a2a.NewTextPart("plain"), a2a.NewTextPart(envelope)}},
		&a2a.Artifact{ID: "one", Parts: a2a.ContentParts{a2a.NewTextPart(`{"aud":"did:bindu:b"}`)}},
		&a2a.Artifact{ID: "one", Parts: a2a.ContentParts{a2a.NewTextPart(envelope[:5]), a2a.NewTextPart(envelope[5:])}},
		&a2a.Artifact{ID: "two", Parts: a2a.ContentParts{a2a.NewTextPart("eyJhbGciOiJFZERTQSJ9.e30"), a2a.NewTextPart(strings.Repeat("0", 64))}},
	)})
	defer end()
	ctx := as(t, "alice")
	sent := must(t, s, ctx, send("m1", "go"))
	wantState(t, sent, a2a.TaskStateCompleted, "")
	for _, got := range []*a2a.Task{sent, get(t, s, ctx, sent.ID)} {
		var omitted []string
		for _, artifact := range got.Artifacts {
			for _, p := range artifact.Parts {
				omitted = append(omitted, reasonOf(t, key, p))
			}
		}
		if want := " request_reference request_jcs_1   jws digest_pair"; strings.Join(omitted, " ") != want {
			t.Errorf("omitted %q, want %q in %s", strings.Join(omitted, " "), want, asJSON(t, got.Artifacts))
		}
		if text := got.Artifacts[0].Parts[1].Text(); text != envelope {
			t.Errorf("the part became %q", text)
		}
	}
}

// reasonOf returns why a part is unsigned, "" if it is signed by key.
func reasonOf(t *testing.T, key *did.KeyPair, p *a2a.Part) string {
	t.Helper()
	signature, signed := p.Metadata[task.SignatureKey].(string)
	reason, omitted := p.Metadata[task.OmittedKey].(string)
	if signed == omitted {
		t.Errorf("part %s must be signed or say why it is not", asJSON(t, p))
	}
	if signed {
		if err := did.VerifyText(key.PublicKey(), p.Text(), signature); err != nil {
			t.Errorf("part %s: %v", asJSON(t, p), err)
		}
	}
	return reason
}

// Whoever reads a signature, or that there is none, reads it from us: an
// executor may pass on what strangers wrote.
func TestHostile161ExecutorsWriteNoSignature(t *testing.T) {
	t.Parallel()
	key, sign := signer(t)
	forged := func() map[string]any {
		return map[string]any{
			did.MetadataSignature: "forged", did.MetadataOmitted: "forged", "DID.Message.Signature": "forged",
			"did.message.\u017fignature.omitted": "forged", "kept": "yes",
		}
	}
	artifact := &a2a.Artifact{ID: "one", Metadata: forged(), Parts: a2a.ContentParts{
		{Content: a2a.Text("plain"), Metadata: forged()}, {Content: a2a.Text(`{"aud":"`), Metadata: forged()},
		{Content: a2a.Raw("x"), Metadata: forged()}, {Content: a2a.Data{Value: 1.0}, Metadata: forged()}, {Content: a2a.URL("https://example.com"), Metadata: forged()},
	}}
	for name, with := range map[string]func(string) (string, error){"signing": sign, "not signing": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, end := newService(t, task.Config{Sign: with, Executor: emitting(artifact)})
			defer end()
			got := must(t, s, as(t, "alice"), send("m1", "go"))
			text := asJSON(t, got.Artifacts)
			if strings.Contains(text, "forged") || strings.Count(text, `"kept":"yes"`) != 1+len(artifact.Parts) {
				t.Errorf("artifacts %s", text)
			}
			if with != nil && (reasonOf(t, key, got.Artifacts[0].Parts[0]) != "" || reasonOf(t, key, got.Artifacts[0].Parts[1]) != "request_jcs_1") {
				t.Errorf("artifacts %s", text)
			}
			if with == nil && strings.Contains(text, did.MetadataSignature) {
				t.Errorf("artifacts %s", text)
			}
		})
	}
	if artifact.Metadata[did.MetadataSignature] != "forged" || artifact.Parts[0].Metadata[did.MetadataSignature] != "forged" {
		t.Error("the executor's own artifact was changed")
	}
}

// What the agent says beside a state, what it was asked and what was thought of
// it carry no signature, whatever their text.
func TestHostile161OnlyArtifactsAreSigned(t *testing.T) {
	t.Parallel()
	_, sign := signer(t)
	s, end := newService(t, task.Config{Sign: sign, Executor: executor(func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
		switch req.Text() {
		case "ask":
			return task.Result{InputRequired: true, Text: "a question"}, nil
		case "fail":
			return task.Result{}, &task.Failure{Reason: "x", Text: "a failure"}
		}
		return task.Result{Text: "a text"}, nil
	})})
	defer end()
	ctx := as(t, "alice")
	for _, text := range []string{"ask", "fail", "say"} {
		got := must(t, s, ctx, send("m-"+text, text))
		if err := s.Feedback(ctx, task.Feedback{TaskID: string(got.ID), Text: "feedback"}); err != nil {
			t.Error(err)
		}
		if all := asJSON(t, get(t, s, ctx, got.ID)); got.Status.Message == nil || strings.Contains(all, did.MetadataSignature) {
			t.Errorf("%s: %s", text, all)
		}
	}
}

// A signer that fails for another reason leaves nobody with half an answer.
func TestASignerThatFailsFailsTheTask(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Sign: func(string) (string, error) { return "", errors.New("secret of the signer") }})
	defer end()
	got := must(t, s, as(t, "alice"), send("m1", "hello"))
	wantState(t, got, a2a.TaskStateFailed, "executor_failed")
	if text := asJSON(t, got); strings.Contains(text, "secret") || len(got.Artifacts) != 0 {
		t.Errorf("task %s", text)
	}
}

// 178: two callers chose the same ids; what an executor keeps under its own is
// one caller's, and is found again by the caller's next message.
func TestHostile178ExecutorsTellCallersApart(t *testing.T) {
	t.Parallel()
	var seen []task.Request
	s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
		seen = append(seen, req)
		return task.Result{InputRequired: true, Text: "?"}, nil
	})})
	defer end()
	client := func(id string) context.Context {
		return identity.NewContext(t.Context(), identity.Caller{Claims: oauth.Claims{Issuer: "https://issuer.example", ClientID: id}})
	}
	for i, ctx := range []context.Context{as(t, "alice"), as(t, "bob"), as(t, "alice"), client("one"), client("two")} {
		msg := send(fmt.Sprint("m", i), "hello")
		msg.Message.TaskID, msg.Message.ContextID = "../same", "../same"
		if _, err := s.Send(ctx, msg, task.SendOptions{AdoptTaskID: true}); err != nil {
			t.Fatal(err)
		}
	}
	alice, bob, again := seen[0], seen[1], seen[2]
	if alice.TaskID != again.TaskID || alice.ContextID != again.ContextID {
		t.Errorf("alice's conversation is %s/%s, then %s/%s", alice.TaskID, alice.ContextID, again.TaskID, again.ContextID)
	}
	ids := make(map[string]bool)
	for _, req := range seen {
		ids[req.TaskID], ids[req.ContextID] = true, true
	}
	if len(ids) != 8 {
		t.Errorf("%d names for four tasks and four contexts: %v", len(ids), ids)
	}
	for id := range ids {
		if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
			t.Errorf("%q is not 32 hexadecimal digits", id)
		}
	}
	if alice.Message.ContextID != "../same" || bob.Message.TaskID != "../same" {
		t.Errorf("the wire's ids became %q and %q", alice.Message.ContextID, bob.Message.TaskID)
	}
}
