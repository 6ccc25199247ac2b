package task

import (
	"encoding/json"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// TestAPlacedMessageIsWhatEncodingItGives, whatever it says and names.
func TestAPlacedMessageIsWhatEncodingItGives(t *testing.T) {
	t.Parallel()
	whole := a2a.Message{
		Extensions: []string{"e"}, Metadata: map[string]any{"z": "}", "a": []any{1.5, nil}}, ReferenceTasks: []a2a.TaskID{"r"}, Role: a2a.MessageRoleUser,
		Parts: a2a.ContentParts{{Content: a2a.Text(`","taskId":"x"}`), Metadata: map[string]any{"k": "v"}}, {Content: a2a.Data{Value: map[string]any{"b": 1.0}}}},
	}
	for _, id := range []string{"m", `"}<&\`, "\u2028 é", ""} {
		for _, taskID := range []string{"", "own <task>"} {
			for _, contextID := range []string{"", `own "context"`} {
				m := whole
				m.ID, m.TaskID, m.ContextID = id, a2a.TaskID(taskID), contextID
				coded, err := encode(&m)
				if err != nil {
					t.Fatal(err)
				}
				given := func(own, given string) string {
					if own != "" {
						return own
					}
					return given
				}
				placed := m
				placed.TaskID, placed.ContextID = a2a.TaskID(given(taskID, "given <t>")), given(contextID, `given "c"`)
				want, err := json.Marshal(&placed)
				if err != nil {
					t.Fatal(err)
				}
				got, err := coded.placed(string(placed.TaskID), placed.ContextID)
				if err != nil || string(got) != string(want) {
					t.Errorf("%s, %v; want %s", got, err, want)
				}
			}
		}
	}
	other := encoded{&a2a.Message{ID: "m", Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart("x")}}, []byte(`{"kind":"message"}`)}
	var m a2a.Message
	if got, err := other.placed("t", "c"); err != nil || json.Unmarshal(got, &m) != nil || m.TaskID != "t" || m.ContextID != "c" || m.ID != "m" {
		t.Errorf("in another order: %s, %v", got, err)
	}
}
