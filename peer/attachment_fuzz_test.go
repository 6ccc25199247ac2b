package peer_test

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/peer"
)

// Null is data in A2A 1.0: in 0.3 it is none, and beside a text it is nothing.
func TestNullIsAnAttachment(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]int{
		`{"data":null}`: 1, `{"data":null,"mediaType":"application/json"}`: 1, `{"data":[null]}`: 1, `{"kind":"data","data":{"a":null}}`: 1,
		`{"kind":"data","data":null}`: 0, `{"text":"x","data":null}`: 0, `{"kind":"text","text":"x","data":null}`: 0, `{"data":null,"raw":"AA=="}`: 1, `{}`: 0,
	} {
		found := peer.Reply{Raw: []byte(`{"artifacts":[{"parts":[` + part + `]}]}`)}.Attachments(t.Context())
		if len(found) != want {
			t.Errorf("%s: %+v", part, found)
		}
		if part == `{"data":null}` && string(found[0].Data) != "null" {
			t.Errorf("%s: %s", part, found[0].Data)
		}
	}
}

func FuzzAttachments(f *testing.F) {
	for _, seed := range []string{
		`{"artifacts":[{"parts":[{"data":{"a":1}},{"raw":"aGk="},{"url":"u"},{"kind":"file","file":{"bytes":"!"}}]}]}`,
		`{"status":{"message":{"parts":[{"kind":"file","file":{"uri":"u","mime_type":"m"}}]}}}`,
		`{"parts":[{"data":null},7,{"data":[]}],"artifacts":7}`, `{"parts":{}}`, `[`, ``,
		`{"parts":[` + strings.Repeat(`{"data":1},`, peer.MaxAttachments) + `{"data":1}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		found := peer.Reply{Raw: raw}.Attachments(t.Context())
		if len(found) > peer.MaxAttachments {
			t.Fatalf("%d attachments", len(found))
		}
		for _, a := range found {
			if a.Data != nil && (a.Bytes != nil || a.URL != "") || a.Bytes != nil && a.URL != "" {
				t.Errorf("both data, bytes and a place: %+v", a)
			}
		}
	})
}
