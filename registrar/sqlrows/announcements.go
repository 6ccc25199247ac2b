package sqlrows

import (
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

var errTLSKey = errors.New("the hash of an announced key has not 32 bytes")

// Announcements implements [registrar.Reader].
func (t *Tx) Announcements(d did.DID) (all []registrar.Announcement, err error) {
	err = t.every(selectAnnouncements, []any{d.String()}, func(rows *sql.Rows) error {
		var a registrar.Announcement
		var key []byte
		err := rows.Scan(identifier{&a.DID}, &key, moment{&a.Until})
		if err == nil && copy(a.TLSKey[:], key) != len(a.TLSKey) {
			err = errTLSKey
		}
		all = append(all, a)
		return err
	})
	return all, err
}

// SaveAnnouncement implements [registrar.Tx].
func (t *Tx) SaveAnnouncement(a registrar.Announcement, now time.Time) error {
	if err := t.exec(upsertAnnouncement, a.DID.String(), a.TLSKey[:], millis(a.Until)); err != nil {
		return err
	}
	return t.exec(forgetAnnouncements, millis(now))
}

// DeleteAnnouncement implements [registrar.Tx].
func (t *Tx) DeleteAnnouncement(d did.DID, key registrar.TLSKey) error {
	return t.exec(deleteAnnouncement, d.String(), key[:])
}
