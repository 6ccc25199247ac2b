package peer_test

import (
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/peer"
)

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
