package task_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// emission is a call of emit.
type emission struct {
	artifact *a2a.Artifact
	more     bool
}

func executing(all ...emission) task.Executor {
	return executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
		for _, e := range all {
			if err := emit(e.artifact, e.more); err != nil {
				return task.Result{}, err
			}
		}
		return task.Result{}, nil
	})
}

// What came piece by piece is one text afterwards, judged and signed as such; what is
// more than pieces of one text stays as it came.
func TestPiecesOfATextAreOneTextAfterwards(t *testing.T) {
	t.Parallel()
	key, sign := signer(t)
	piece := func(s string) *a2a.Artifact { return text("a", s) }
	named := piece("b")
	named.Parts[0].Filename = "b.txt"
	noted := piece("b")
	noted.Parts[0].Metadata = map[string]any{"k": "v"}
	typed := piece("b")
	typed.Parts[0].MediaType = "text/markdown"
	data := &a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewDataPart(map[string]any{"n": 1})}}
	pair := &a2a.Artifact{ID: "a", Parts: a2a.ContentParts{a2a.NewTextPart("b"), a2a.NewTextPart("c")}}
	for name, tt := range map[string]struct {
		emissions []emission
		want      string
		omitted   string // of the first part
	}{
		"pieces":               {[]emission{{piece("a"), true}, {piece("b"), true}, {piece("c"), false}}, "abc", ""},
		"the last is not said": {[]emission{{piece("a"), true}, {piece("b"), true}}, "ab", ""},
		"one piece":            {[]emission{{piece("a"), true}}, "a", ""},
		"two artifacts":        {[]emission{{piece("a"), true}, {text("z", "y"), true}, {piece("b"), false}, {text("z", "x"), false}}, "ab+yx", ""},
		"together a request":   {[]emission{{piece(`{"aud`), true}, {piece(`":"did:bindu:b"}`), false}}, `{"aud":"did:bindu:b"}`, "request_jcs_1"},
		"parts of one piece":   {[]emission{{piece("a"), true}, {pair, false}}, "a+b+c", ""},
		"a whole of two parts": {[]emission{{pair, false}}, "b+c", ""},
		"a name":               {[]emission{{piece("a"), true}, {named, false}}, "a+b", ""},
		"metadata":             {[]emission{{piece("a"), true}, {noted, false}}, "a+b", ""},
		"another type":         {[]emission{{piece("a"), true}, {typed, false}}, "a+b", ""},
		"text, then data":      {[]emission{{piece("a"), true}, {data, false}}, "a+", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, end := newService(t, task.Config{Sign: sign, Executor: executing(tt.emissions...)})
			defer end()
			ctx := as(t, "alice")
			sent := must(t, s, ctx, send("m1", "go"))
			wantState(t, sent, a2a.TaskStateCompleted, "")
			for where, got := range map[string]*a2a.Task{"the answer": sent, "read later": get(t, s, ctx, sent.ID)} {
				if texts(got.Artifacts...) != tt.want {
					t.Errorf("%s: %q, want %q", where, texts(got.Artifacts...), tt.want)
				}
				for i, p := range got.Artifacts[0].Parts {
					if p.Text() == "" {
						continue
					}
					if reason := reasonOf(t, key, p); i == 0 && reason != tt.omitted {
						t.Errorf("%s: unsigned for %q, want %q", where, reason, tt.omitted)
					}
				}
			}
		})
	}
}

// A run that fails, or is canceled, leaves the pieces as they were told.
func TestPiecesOfARunThatFailsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, end := newService(t, task.Config{Executor: executor(func(_ context.Context, _ task.Request, emit task.Emit) (task.Result, error) {
			for _, s := range []string{"a", "b"} {
				if err := emit(text("a", s), true); err != nil {
					return task.Result{}, err
				}
			}
			time.Sleep(time.Minute) // so that they are stored
			return task.Result{}, &task.Failure{Reason: "gone", Text: "the model went away"}
		})})
		defer end()
		got := must(t, s, as(t, "alice"), send("m1", "go"))
		wantState(t, got, a2a.TaskStateFailed, "gone")
		if read := get(t, s, as(t, "alice"), got.ID); texts(read.Artifacts...) != "a+b" {
			t.Errorf("%q", texts(read.Artifacts...))
		}
	})
}

// Of an artifact that was said to be whole no more comes.
func TestAWholeArtifactDoesNotGrow(t *testing.T) {
	t.Parallel()
	s, end := newService(t, task.Config{Executor: executing(emission{text("a", "x"), false}, emission{text("a", "y"), false})})
	defer end()
	wantState(t, must(t, s, as(t, "alice"), send("m1", "go")), a2a.TaskStateFailed, "executor_failed")
}

// Pieces are bounded by what they say, not by what each costs on its way.
func TestManySmallPiecesMakeALargeText(t *testing.T) {
	t.Parallel()
	all := make([]emission, 2000)
	for i := range all {
		all[i] = emission{text("a", "ten bytes "), true}
	}
	_, sign := signer(t)
	s, end := newService(t, task.Config{Sign: sign, Limits: task.Limits{ArtifactBytes: 24 << 10}, Executor: executing(all...)})
	defer end()
	got := must(t, s, as(t, "alice"), send("m1", "go"))
	if want := strings.Repeat("ten bytes ", 2000); len(got.Artifacts) != 1 || texts(got.Artifacts...) != want {
		t.Errorf("state %s, %d bytes, want %d", got.Status.State, len(texts(got.Artifacts...)), len(want))
	}
}
