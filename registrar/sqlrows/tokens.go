package sqlrows

import (
	"database/sql"
	"errors"

	"github.com/getbindu/bindu-go/registrar"
)

var errHash = errors.New("the hash of an enrolment token has not 32 bytes")

// Token implements [registrar.Reader].
func (t *Tx) Token(hash [32]byte) (*registrar.Token, error) {
	query := oneToken
	if t.writes {
		query = takeToken
	}
	all, err := t.tokens(query, hash[:])
	if len(all) == 0 {
		return nil, err
	}
	return &all[0], err
}

// Tokens implements [registrar.Reader].
func (t *Tx) Tokens() ([]registrar.Token, error) { return t.tokens(everyToken) }

func (t *Tx) tokens(query string, args ...any) (all []registrar.Token, err error) {
	err = t.every(query, args, func(rows *sql.Rows) error {
		var k registrar.Token
		var hash []byte
		err := rows.Scan(&hash, &k.ID, &k.Author, &k.Name, &k.Uses, &k.MaxUses, moment{&k.Created}, moment{&k.Expires}, identifier{&k.Reference})
		if err == nil && copy(k.Hash[:], hash) != len(k.Hash) {
			err = errHash
		}
		all = append(all, k)
		return err
	})
	return all, err
}

// SaveToken implements [registrar.Tx].
func (t *Tx) SaveToken(k registrar.Token) error {
	return t.exec(upsertToken, k.Hash[:], k.ID, k.Author, k.Name, k.Uses, k.MaxUses, millis(k.Created), millis(k.Expires), didText(k.Reference))
}

// DeleteToken implements [registrar.Tx].
func (t *Tx) DeleteToken(id string) (bool, error) { return t.changed(deleteToken, id) }
