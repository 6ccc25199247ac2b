package a2a_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/task"
)

// A part comes back with the members it came with, from every method of 0.3.
func TestPartsKeepTheMembersTheyCameWith(t *testing.T) {
	for name, test := range map[string]struct{ sent, want string }{
		"data with text":                  {`{"kind":"data","text":"","data":{"a":1}}`, `{"data":{"a":1},"kind":"data","text":""}`},
		"a file with members inside":      {`{"kind":"file","file":{"bytes":"aGk=","name":"n","checksum":"c0","x":{"a":1}}}`, `{"file":{"bytes":"aGk=","checksum":"c0","name":"n","x":{"a":1}},"kind":"file"}`},
		"a file with members around":      {`{"kind":"file","size":2,"file":{"uri":"https://x.example/","lines":[1]}}`, `{"file":{"lines":[1],"uri":"https://x.example/"},"kind":"file","size":2}`},
		"a file with text":                {`{"kind":"file","text":"see","file":{"bytes":"aGk=","name":"n"}}`, `{"file":{"bytes":"aGk=","name":"n"},"kind":"file","text":"see"}`},
		"unknown members":                 {`{"kind":"text","text":"x","embeddings":[1,{"k":null}],"metadata":{"m":2}}`, `{"embeddings":[1,{"k":null}],"kind":"text","metadata":{"m":2},"text":"x"}`},
		"text with data":                  {`{"kind":"text","text":"x","data":{"a":true}}`, `{"data":{"a":true},"kind":"text","text":"x"}`},
		"an entry of a client for a file": {`{"kind":"file","file":{"bytes":"aGk="},"metadata":{"bindu.part.members":{"file":{"uri":"https://x.example/","name":"y","z":2}}}}`, `{"file":{"bytes":"aGk=","z":2},"kind":"file"}`},
		"nothing more":                    {`{"kind":"text","text":"x"}`, `{"kind":"text","text":"x"}`},
		"an entry of a client":            {`{"kind":"text","text":"x","metadata":{"bindu.part.members":{"kind":"data","text":"y","metadata":1,"z":2}}}`, `{"kind":"text","text":"x","z":2}`},
		"an entry that is no object":      {`{"kind":"text","text":"x","metadata":{"bindu.part.members":7}}`, `{"kind":"text","text":"x"}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAgent(t, task.Config{})
			params := strings.Replace(sendV03("m-1", "@", "", ""), `{"kind":"text","text":"@"}`, test.sent, 1)
			var sent, got wireTask
			a.v03("ada", "message/send", params, &sent)
			a.v03("ada", "tasks/get", `{"id":"`+sent.ID+`"}`, &got)
			var listed []wireTask
			a.v03("ada", "tasks/list", `{"historyLength":1}`, &listed)
			for method, task := range map[string]wireTask{"message/send": sent, "tasks/get": got, "tasks/list": listed[0]} {
				var message struct{ Parts []any }
				if json.Unmarshal(task.History[0], &message) != nil || len(message.Parts) != 1 {
					t.Fatalf("%s: %s", method, task.History)
				}
				if part, _ := json.Marshal(message.Parts[0]); string(part) != test.want {
					t.Errorf("%s: %s, want %s", method, part, test.want)
				}
			}
		})
	}
}
