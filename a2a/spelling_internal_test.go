package a2a

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
)

func TestCamelCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"message_id": "messageId", "status_timestamp_after": "statusTimestampAfter", "id": "id",
		"messageId": "messageId", "message_Id": "message_Id", "message__id": "message__id", "_id": "_id", "id_": "id_", "_": "_",
		"message_1": "message_1", "message_é": "message_é",
	} {
		if got := camelCase(name); got != want {
			t.Errorf("%s became %s, want %s", name, got, want)
		}
	}
}

func TestOneSpelling(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]string{ // "": refused
		`{"task_id":"x","other_name":1}`:         `{"taskId":"x","other_name":1}`,
		`{"task_id":"x","taskId":"\u0078"}`:      `{"taskId":"x"}`,
		`{"taskId":"x","task_id":"y"}`:           "",
		`{"taskId":"x","task_id":null}`:          "",
		`{"history_length":1,"historyLength":2}`: "",
	} {
		if got, err := oneSpelling(jsontext.Value(params), shapeTask); string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%s became %s, %v", params, got, err)
		}
	}
	for _, s := range []*shape{shapeListTasks, shapeListV03, shapeClear} {
		if got, err := oneSpelling(jsontext.Value(`{"colour":1}`), s); err == nil {
			t.Errorf("an unknown member of a filter became %s", got)
		}
	}
}

// FuzzOneSpelling: what comes out is JSON, spelt so that nothing is left to do,
// and not longer than what came in.
func FuzzOneSpelling(f *testing.F) {
	shapes := operations(nil, card.Extended{})
	for i := range shapes {
		f.Add(uint(i), []byte(`{"message":{"message_id":"m","parts":[{"text":"x","media_type":"a","metadata":{"media_type":1}},null,[{"media_type":1}]]},"configuration":{"history_length":1}}`))
		f.Add(uint(i), []byte(`{"page_size":1,"pageSize":1, "task\u005fid":"x","context_id":null}`))
		f.Add(uint(i), []byte(`[{"task_id":[]}]`))
	}
	f.Fuzz(func(t *testing.T, i uint, params []byte) {
		if !jsontext.Value(params).IsValid() {
			return
		}
		s := shapes[i%uint(len(shapes))].params
		once, err := oneSpelling(bytes.Clone(params), s)
		if err != nil {
			return
		}
		if !json.Valid(once) || len(once) > len(params) {
			t.Fatalf("%s became %s", params, once)
		}
		twice, err := oneSpelling(bytes.Clone(once), s)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s (%v)", once, twice, err)
		}
	})
}
