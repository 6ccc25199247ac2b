package registrartest

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

func testTokens(_ *testing.T, f *rows) {
	first := registrar.Token{ID: "first", Hash: [32]byte{1}, Author: "a*", Name: "*", MaxUses: 2, Created: begin, Expires: begin.Add(time.Hour)}
	second := registrar.Token{ID: "second", Hash: [32]byte{2}, Author: "*", Name: "b", MaxUses: 1, Created: begin.Add(time.Second), Expires: begin.Add(time.Hour)}
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveToken(second), tx.SaveToken(first)) })
	first.Uses, first.Reference = 1, f.did("alice")
	f.change(func(tx registrar.Tx) error { return tx.SaveToken(first) })
	f.view(func(read registrar.Reader) error {
		same(f, &first)(read.Token(first.Hash))
		same(f, (*registrar.Token)(nil))(read.Token([32]byte{3}))
		same(f, []registrar.Token{first, second})(read.Tokens())
		return nil
	})
	f.change(func(tx registrar.Tx) error {
		same(f, true)(tx.DeleteToken("first"))
		same(f, false)(tx.DeleteToken("first"))
		same(f, []registrar.Token{second})(tx.Tokens())
		return nil
	})
}

func testPending(t *testing.T, f *rows) {
	wish := func(name string, at time.Time) registrar.Pending {
		return registrar.Pending{DID: f.did(name), Key: NewKey(t, name).PublicKey(), Address: "192.0.2.1", At: at, Until: at.Add(time.Minute)}
	}
	first, second := wish("bob", begin), wish("alice", begin.Add(time.Second))
	f.change(func(tx registrar.Tx) error {
		return errors.Join(tx.SavePending(second, begin), tx.SavePending(first, begin))
	})
	f.view(func(read registrar.Reader) error {
		same(f, &first)(read.Pending(first.DID))
		same(f, []registrar.Pending{first, second})(read.AllPending(begin))
		same(f, []registrar.Pending{second})(read.AllPending(first.Until))
		same(f, &first)(read.Pending(first.DID))
		return nil
	})
	third := wish("carol", first.Until)
	f.change(func(tx registrar.Tx) error { return tx.SavePending(third, first.Until) })
	f.change(func(tx registrar.Tx) error {
		same(f, (*registrar.Pending)(nil))(tx.Pending(first.DID))
		same(f, []registrar.Pending{second, third})(tx.AllPending(begin))
		return tx.DeletePending(second.DID)
	})
	f.view(func(read registrar.Reader) error {
		same(f, []registrar.Pending{third})(read.AllPending(begin))
		return nil
	})
}

func testIntents(_ *testing.T, f *rows) {
	write := registrar.Intent{DID: f.did("alice"), Revision: 3, Document: []byte(`{}`), Holder: "a", Until: begin.Add(time.Minute)}
	remove := registrar.Intent{DID: f.did("bob"), Revision: 1, Remove: true, Holder: "b", Until: begin}
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveIntent(write), tx.SaveIntent(remove)) })
	f.view(func(read registrar.Reader) error {
		same(f, &write)(read.Intent(write.DID))
		same(f, &remove)(read.Intent(remove.DID))
		same(f, []did.DID(nil))(read.Lost(begin.Add(-time.Millisecond), 10))
		same(f, []did.DID{remove.DID})(read.Lost(begin, 10))
		same(f, []did.DID{remove.DID, write.DID})(read.Lost(write.Until, 10))
		same(f, []did.DID{remove.DID})(read.Lost(write.Until, 1))
		return nil
	})
	write.Remove, write.Document, write.Holder = true, nil, "c"
	f.change(func(tx registrar.Tx) error { return errors.Join(tx.SaveIntent(write), tx.DeleteIntent(remove.DID)) })
	f.view(func(read registrar.Reader) error {
		same(f, &write)(read.Intent(write.DID))
		same(f, (*registrar.Intent)(nil))(read.Intent(remove.DID))
		return nil
	})
}
