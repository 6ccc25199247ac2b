package sqlrows

import (
	"crypto/ed25519"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// errNoHead: the row was made with the database.
var errNoHead = errors.New("the table head is empty")

// Tombstone implements [registrar.Reader].
func (t *Tx) Tombstone(d did.DID) (*registrar.Tombstone, error) {
	all, err := t.tombstones(selectTombstone, d.String())
	if len(all) == 0 {
		return nil, err
	}
	return &all[0], err
}

// TombstonesOf implements [registrar.Reader].
func (t *Tx) TombstonesOf(dids []did.DID) (all []registrar.Tombstone, err error) {
	for some := range slices.Chunk(dids, atOnce) {
		args := make([]any, atOnce)
		for i := range args {
			args[i] = some[min(i, len(some)-1)].String() // the last again for what is left
		}
		found, err := t.tombstones(tombstonesOf, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b registrar.Tombstone) int { return strings.Compare(a.DID.String(), b.DID.String()) })
	return all, nil
}

// Tombstones implements [registrar.Reader].
func (t *Tx) Tombstones(after int64, limit int) ([]registrar.Tombstone, error) {
	return t.tombstones(selectTombstones, after, limit)
}

func (t *Tx) tombstones(query string, args ...any) (all []registrar.Tombstone, err error) {
	err = t.every(query, args, func(rows *sql.Rows) error {
		var s registrar.Tombstone
		err := rows.Scan(identifier{&s.DID}, &s.Revoked, &s.Seq, moment{&s.At}, &s.Note)
		all = append(all, s)
		return err
	})
	return all, err
}

// SaveTombstone implements [registrar.Tx]. A note that not every database would take
// is no reason to let somebody in.
func (t *Tx) SaveTombstone(s registrar.Tombstone) error {
	note := strings.ReplaceAll(strings.ToValidUTF8(s.Note, "\uFFFD"), "\x00", "\uFFFD")
	return t.exec(upsertTombstone, s.DID.String(), s.Revoked, s.Seq, millis(s.At), note)
}

// Head implements [registrar.Reader].
func (t *Tx) Head() (registrar.Head, error) { return t.head(selectHead) }

// Advance implements [registrar.Tx].
func (t *Tx) Advance() (registrar.Head, error) { return t.head(advance) }

// BeginEpoch implements [registrar.Tx].
func (t *Tx) BeginEpoch(was, next registrar.Head) (bool, error) {
	return t.changed(beginEpoch, next.Epoch, next.Seq, was.Epoch, was.Seq)
}

func (t *Tx) head(query string) (h registrar.Head, err error) {
	found, err := t.one(query, nil, &h.Epoch, &h.Seq)
	if err == nil && !found {
		err = errNoHead
	}
	return h, err
}

// Remember implements [registrar.Tx]. A few of the oldest go for each that comes.
func (t *Tx) Remember(key ed25519.PublicKey, nonce string, until, now time.Time) (bool, error) {
	fresh, err := t.changed(insertNonce, []byte(key), nonce, millis(until))
	if err != nil {
		return false, err
	}
	return fresh, t.exec(forgetNonces, millis(now))
}

// Intent implements [registrar.Reader].
func (t *Tx) Intent(d did.DID) (*registrar.Intent, error) {
	var in registrar.Intent
	found, err := t.one(selectIntent, []any{d.String()},
		identifier{&in.DID}, &in.Revision, &in.Remove, (*document)(&in.Document), &in.Holder, moment{&in.Until})
	if !found {
		return nil, err
	}
	return &in, nil
}

// Lost implements [registrar.Reader].
func (t *Tx) Lost(now time.Time, limit int) ([]did.DID, error) {
	return t.dids(selectLost, millis(now), limit)
}

// SaveIntent implements [registrar.Tx].
func (t *Tx) SaveIntent(in registrar.Intent) error {
	return t.exec(upsertIntent, in.DID.String(), in.Revision, in.Remove, jsonText(in.Document), in.Holder, millis(in.Until))
}

// DeleteIntent implements [registrar.Tx].
func (t *Tx) DeleteIntent(d did.DID) error { return t.exec(deleteIntent, d.String()) }
