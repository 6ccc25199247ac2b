package card_test

import (
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
)

// FuzzParse: what is accepted can be called.
func FuzzParse(f *testing.F) {
	made := newCard(f, cardConfig(f))
	f.Add(made.V1())
	f.Add(made.Legacy())
	f.Add([]byte(`{"url":"http://h/","capabilities":null}`))
	f.Add([]byte(`{"supportedInterfaces":[null,{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		info, err := card.Parse(raw)
		if err != nil {
			if !errors.Is(err, card.ErrUnusable) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if info.JSONRPC.URL == "" || len(info.Schemes) == 0 || (info.ProtocolVersion != card.V1 && info.ProtocolVersion != card.V03) {
			t.Fatalf("accepted %+v", info)
		}
	})
}
