package registrartest

import (
	"encoding/json"

	"github.com/getbindu/bindu-go/identity/did"
)

// agrees fails the test unless no change is open, and the authority has just what the
// database says.
func (f *Fixture) agrees(what string, d did.DID) {
	f.Helper()
	row, has := f.Row(d), f.Clients.Document(d)
	if row.Intent != nil {
		f.Errorf("%s: there is an intent: %+v", what, row.Intent)
	}
	if row.Client == nil || row.Client.Document == nil {
		if has != nil {
			f.Errorf("%s: the authority has a client that the database has not", what)
		}
		return
	}
	if has == nil {
		f.Errorf("%s: the database has a client that the authority has not", what)
		return
	}
	var kept Document
	if err := json.Unmarshal(row.Client.Document, &kept); err != nil {
		f.Fatal(err)
	}
	for name, value := range kept {
		if !sameJSON(value, has[name]) {
			f.Errorf("%s: %s is %s, the database says %s", what, name, has[name], value)
		}
	}
}
