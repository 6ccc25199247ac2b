package registrar

import (
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/identity/keystatement"
)

// PathKeys begins the path where agents ask for the key of a DID, which follows as it is.
const PathKeys = "/v1/keys/"

func noBody(*exchange) *Refusal { return nil }

func anyType(string) bool { return true }

// tellKey says which key a registered DID has, signed. Of one that is not registered, or
// revoked, it says what it says of one that nobody knows.
func (r *Registrar) tellKey(x *exchange) error {
	place, refused := r.asking(x, 0)
	if refused != nil {
		return refused
	}
	defer place.Release()
	var s keystatement.Statement
	err := r.admitted(x.r.Context(), x.proof(), func(tx Tx, now time.Time) (err error) {
		s, err = r.statement(tx, x, now)
		return err
	})
	if err != nil {
		return err
	}
	signed, err := s.Sign(r.cfg.Key)
	if err != nil {
		return err
	}
	answerJSON(x.w, http.StatusOK, signed)
	return nil
}

func (r *Registrar) statement(read Reader, x *exchange, now time.Time) (keystatement.Statement, error) {
	registered, _, err := standing(read, x.about)
	if err != nil {
		return keystatement.Statement{}, err
	}
	all, err := read.Keys(x.about)
	if err != nil {
		return keystatement.Statement{}, err
	}
	s := keystatement.Statement{DID: x.about, Registrar: r.cfg.Self, IssuedAt: now, ExpiresAt: now.Add(keystatement.Lifetime)}
	for _, k := range all { // the newest of those that count
		if registered && k.counts(now) {
			s.Key, s.Since = k.Public, k.From
		}
	}
	if s.Key == nil {
		return keystatement.Statement{}, refuse(ClientUnknown, nil)
	}
	return s, nil
}
