package registrarapi

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// FuzzStream reads anything as a stream of revocations. It ends, and what is taken of it
// are the registrar's messages, from the first on and in their order.
func FuzzStream(f *testing.F) {
	seed := func(b byte) *did.KeyPair {
		k, err := did.KeyPairFromSeed(append([]byte{b}, make([]byte, 31)...))
		if err != nil {
			f.Fatal(err)
		}
		return k
	}
	key := seed(0)
	self, err := did.FromPublicKey("author", "registrar", key.PublicKey())
	if err != nil {
		f.Fatal(err)
	}
	const nonce = "AAECAwQFBgcICQoLDA0ODw"
	var all [][]byte
	for n := range int64(3) {
		m := revocation.Message{
			Registrar: self, Follower: self, Stream: nonce, Number: n + 1, Epoch: "E", Head: n + 1, Issued: time.Unix(n, 0),
			Events: []revocation.Event{{DID: self, Revoked: n%2 == 0, Seq: n + 1, At: time.Unix(n, 0)}},
		}
		data, err := m.Sign(key)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, fmt.Appendf(nil, "data: %s\n\n", data))
	}
	f.Add(bytes.Join(all, nil))
	f.Add(bytes.ReplaceAll(bytes.Join(all, []byte(": comment\nevent: x\n")), []byte("\n"), []byte("\r\n")))
	f.Add(append(bytes.Clone(all[1]), all[0]...))
	f.Add([]byte("data\n\ndata:\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &Stream{registrar: self, follower: self, nonce: nonce, events: readEvents(bytes.NewReader(data)), body: io.NopCloser(nil), cancel: func() {}}
		defer s.Close()
		for n := int64(1); ; n++ {
			m, err := s.Next()
			if err != nil {
				return
			}
			if n > 3 || m.Number != n || m.Head != n || m.Events[0].Revoked != (n%2 == 1) {
				t.Fatalf("%q says %+v", data, m)
			}
		}
	})
}
