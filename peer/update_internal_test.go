package peer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// said is what an update tells, in one line.
func said(u Update) string {
	var artifacts []string
	for _, a := range u.Artifacts {
		artifacts = append(artifacts, fmt.Sprintf("%s=%q", a.ID, a.Texts))
	}
	return fmt.Sprintf("%s %q, %s replaces %t %q, %s", u.State, u.StatusMessage, u.Artifact, u.Replaces, u.Text, strings.Join(artifacts, " "))
}

func TestWhatAnEventSays(t *testing.T) {
	const (
		parts   = `"artifact":{"artifactId":"a","parts":[{"text":"one "},{"data":1},{"text":"two"}]}`
		message = `"message":{"role":"ROLE_AGENT","parts":[{"text":"nearly"},{"text":"done"}]}`
		begun   = `"artifacts":[{"artifactId":"a","parts":[{"text":"one "},{"text":""},{"text":"two"}]},{"artifactId":"b","parts":[{"data":1}]},{"parts":[{"text":"x"}]}]`
		history = `"history":[{"role":"user","parts":[{"text":"hi"}]},{"role":"agent","parts":[{"text":"which?"}]}]`
	)
	update := func(kind, body string) string { return `{"` + kind + `":{"taskId":"t","contextId":"c",` + body + `}}` }
	task := func(state, more string) string { return `{"id":"t","status":{"state":"` + state + `"` + more + `}` }
	for name, tt := range map[string]struct{ result, want string }{
		"a piece that follows":          {update("artifactUpdate", parts+`,"append":true`), ` "", a replaces false "one two", `},
		"the last piece":                {update("artifactUpdate", parts+`,"append":true,"lastChunk":true`), ` "", a replaces false "one two", `},
		"the first piece":               {update("artifactUpdate", parts), ` "", a replaces true "one two", `},
		"an artifact as a whole":        {update("artifactUpdate", parts+`,"lastChunk":true`), ` "", a replaces true "one \ntwo", `},
		"what it tells meanwhile":       {update("statusUpdate", `"status":{"state":"TASK_STATE_WORKING",`+message+`}`), `working "nearly\ndone",  replaces false "", `},
		"a task as it stands":           {task("working", ","+message) + "," + begun + "}", `working "nearly\ndone",  replaces true "one \n\ntwo\nx", a=["one " "two"] =["x"]`},
		"a task that has made nothing":  {task("working", ","+message) + "}", `working "nearly\ndone",  replaces true "", `},
		"an old question":               {task("working", "") + "," + history + "}", `working "",  replaces true "", `},
		"a question of the history":     {task("input-required", "") + "," + history + "}", `input-required "which?",  replaces true "", `},
		"a question beside what it has": {task("input-required", ","+message) + "," + begun + "}", `input-required "nearly\ndone",  replaces true "one \n\ntwo\nx", a=["one " "two"] =["x"]`},
		"an answer as a status":         {task("completed", ","+message) + "}", `completed "nearly\ndone",  replaces true "", `},
		"an answer in the history":      {task("completed", "") + "," + history + "}", `completed "",  replaces true "which?", `},
		"a message alone":               {`{"message":{"messageId":"m","parts":[{"text":"hello"}]}}`, `completed "",  replaces true "hello", `},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := parseUpdate(t.Context(), []byte(tt.result))
			if got := said(u); got != tt.want || err != nil {
				t.Errorf("%s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestWhatAReplySays(t *testing.T) {
	const (
		question = `,"message":{"role":"agent","parts":[{"text":"which?"}]}}`
		history  = `,"history":[{"role":"agent","parts":[{"text":"older"}]}]`
		partial  = `,"artifacts":[{"parts":[{"text":"half"}]}]`
	)
	task := func(state, more string) string { return `{"id":"t","status":{"state":"` + state + `"` + more }
	for name, tt := range map[string]struct{ result, text, artifacts, status string }{
		"a question beside a part of the answer": {task("input-required", question) + partial, "half", "half", "which?"},
		"a question alone":                       {task("input-required", question), "which?", "", "which?"},
		"a question in the history":              {task("input-required", "}") + history, "older", "", "older"},
		"a part of the answer alone":             {task("failed", "}") + history + partial, "half", "half", ""},
		"an answer and a remark":                 {task("completed", question) + partial, "half", "half", "which?"},
		"an answer in the history":               {task("completed", "}") + history, "older", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := parseReply(t.Context(), []byte(tt.result+"}"))
			if err != nil || r.Text != tt.text || r.ArtifactText != tt.artifacts || r.StatusMessage != tt.status {
				t.Errorf("%q, %q, %q, %v", r.Text, r.ArtifactText, r.StatusMessage, err)
			}
		})
	}
}

func FuzzParseUpdate(f *testing.F) {
	for _, seed := range []string{
		`{"artifactUpdate":{"taskId":"t","append":true,"artifact":{"artifactId":"a","parts":[{"text":"one"},{"data":1},{"raw":"aGk="}]}}}`,
		`{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_INPUT_REQUIRED","message":{"parts":[{"text":"which?"}]}}}}`,
		`{"kind":"artifact-update","taskId":"t","lastChunk":true,"artifact":{"artifactId":"a","parts":[{"text":"a"},{"text":"b"}]}}`,
		`{"task":{"id":"t","status":{"state":"working"},"artifacts":[{"artifact_id":"a","parts":[{"text":"a"},{"text":""},{"text":"b\n"}]},{"parts":[]}]}}`,
		`{"id":"t","status":{"state":"failed"},"history":[{"role":"agent","parts":[{"text":"why"}]}]}`,
		`{"message":{"parts":[{"text":"x"}]}}`, `{"artifactUpdate":{"taskId":"t","artifact":{"parts":7}}}`, `{"artifactUpdate":[]}`, `[`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, result []byte) {
		u, err := parseUpdate(t.Context(), result)
		if err != nil {
			return
		}
		var all strings.Builder
		for _, a := range u.Artifacts {
			if len(a.Texts) == 0 {
				t.Errorf("an artifact without a text: %+v", u)
			}
			all.WriteString(strings.Join(a.Texts, ""))
		}
		plain := func(s string) string { return strings.ReplaceAll(s, "\n", "") }
		if len(u.Artifacts) > 0 && (plain(all.String()) != plain(u.Text) || u.Artifact != "" || !u.Replaces) {
			t.Errorf("the artifacts say %q, the text is %q: %+v", all.String(), u.Text, u)
		}
		if u.TaskID == "" && u.State != StateCompleted {
			t.Errorf("of no task: %+v", u)
		}
		if found := u.Attachments(t.Context()); len(found) > MaxAttachments {
			t.Errorf("%d attachments", len(found))
		}
	})
}

// A union of which two members are there is nothing: readers differ in which they take.
func TestHostile125AnAnswerIsOneThing(t *testing.T) {
	const task, message = `"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}`, `"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"x"}]}`
	const status = `"statusUpdate":{"taskId":"t","contextId":"c","status":{"state":"TASK_STATE_COMPLETED"}}`
	const artifact = `"artifactUpdate":{"taskId":"t","contextId":"c","artifact":{"artifactId":"a","parts":[{"text":"x"}]}}`
	if _, err := parseReply(t.Context(), []byte("{"+task+","+message+"}")); !errors.Is(err, ErrReply) {
		t.Errorf("a reply: %v", err)
	}
	all := []string{task, message, status, artifact}
	for i, one := range all {
		if _, err := parseUpdate(t.Context(), []byte("{"+one+"}")); err != nil {
			t.Errorf("%s: %v", one, err)
		}
		for _, other := range all[i+1:] {
			for _, both := range []string{one + "," + other, other + "," + one} {
				if u, err := parseUpdate(t.Context(), []byte("{"+both+"}")); !errors.Is(err, ErrReply) {
					t.Errorf("%s: %+v, %v", both, u, err)
				}
			}
		}
	}
}
