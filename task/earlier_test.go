package task_test

import (
	"context"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// An executor finds what one caller said before in one conversation, and nothing of others.
func TestEarlierTasksAreThoseOfOneCallersContext(t *testing.T) {
	t.Parallel()
	var heard string
	s, end := newService(t, task.Config{Executor: executor(func(ctx context.Context, req task.Request, emit task.Emit) (task.Result, error) {
		before, err := req.Earlier(ctx, 2, 1<<20)
		if err != nil {
			return task.Result{}, err
		}
		var texts []string
		for _, b := range before {
			texts = append(texts, b.History[0].Parts[0].Text()+">"+b.Artifacts[0].Parts[0].Text())
		}
		heard = strings.Join(texts, " ")
		return task.Result{}, emit(&a2a.Artifact{Parts: a2a.ContentParts{a2a.NewTextPart("re " + req.Text())}}, false)
	})})
	defer end()
	for _, step := range []struct{ who, context, say, wants string }{
		{"alice", "c", "one", ""}, {"bob", "c", "other", ""}, {"alice", "d", "elsewhere", ""}, {"alice", "c", "two", "one>re one"},
		{"alice", "c", "three", "one>re one two>re two"}, {"alice", "c", "four", "two>re two three>re three"}, {"bob", "c", "more", "other>re other"},
	} {
		m := send("m-"+step.who+step.say, step.say)
		m.Message.ContextID = step.context
		if _, err := s.SendMessage(as(t, step.who), m); err != nil || heard != step.wants {
			t.Errorf("%+v: %v, heard %q", step, err, heard)
		}
	}
}

// What is said beside a state can be more than a text, and an executor finds what it left there.
func TestWhatIsSaidBesideAStateIsFoundAgain(t *testing.T) {
	t.Parallel()
	var found any
	s, end := newService(t, task.Config{
		Sign: func(text string) (string, error) { return "signature of " + text, nil },
		Executor: executor(func(_ context.Context, req task.Request, _ task.Emit) (task.Result, error) {
			if len(req.History) == 0 {
				return task.Result{InputRequired: true, Parts: a2a.ContentParts{a2a.NewTextPart("which?"), a2a.NewDataPart(map[string]any{"a": true})}, Metadata: map[string]any{"k": "v", task.SignatureKey: "forged"}}, nil
			}
			found = req.History[len(req.History)-1].Metadata["k"]
			return task.Result{Text: "done", Metadata: map[string]any{"k": "w"}}, nil
		}),
	})
	defer end()
	first, err := s.SendMessage(as(t, "alice"), send("m1", "x"))
	if err != nil {
		t.Fatal(err)
	}
	asked := first.(*a2a.Task)
	said := asked.Status.Message
	if asked.Status.State != a2a.TaskStateInputRequired || len(said.Parts) != 2 || said.Metadata["k"] != "v" || said.Metadata[task.SignatureKey] != nil ||
		said.Parts[0].Metadata[task.SignatureKey] != "signature of which?" || said.TaskID != asked.ID {
		t.Errorf("asked %s", asJSON(t, asked))
	}
	m := send("m2", "y")
	m.Message.TaskID, m.Message.Metadata = asked.ID, map[string]any{"k": "the caller's"}
	second, err := s.SendMessage(as(t, "alice"), m)
	if err != nil || found != "v" {
		t.Fatalf("%v, found %v", err, found)
	}
	if ended := second.(*a2a.Task); ended.Status.Message.Metadata["k"] != "w" || ended.Status.Message.Parts[0].Text() != "done" {
		t.Errorf("ended %s", asJSON(t, ended))
	}
}
