package sqlrows

import (
	"crypto/ed25519"
	"database/sql"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// Client implements [registrar.Reader].
func (t *Tx) Client(d did.DID) (*registrar.Client, error) {
	c := registrar.Client{DID: d}
	found, err := t.one(selectClient, []any{d.String()},
		(*document)(&c.Document), &c.Revision, &c.Address, &c.Voucher, moment{&c.BoundAt}, &c.SecretEnded,
		moment{&c.EndedAt}, (*hashes)(&c.Secrets), (*hashes)(&c.Ended), moment{&c.RemovedAt})
	if !found {
		return nil, err
	}
	return &c, nil
}

// Clients implements [registrar.Reader].
func (t *Tx) Clients(after did.DID, limit int) ([]did.DID, error) {
	return t.dids(listClients, after.String(), limit)
}

// Listed implements [registrar.Reader].
func (t *Tx) Listed(after did.DID, limit int) ([]did.DID, error) {
	return t.dids(listListed, after.String(), after.String(), limit)
}

func (t *Tx) dids(query string, args ...any) (all []did.DID, err error) {
	err = t.every(query, args, func(rows *sql.Rows) error {
		var d did.DID
		err := rows.Scan(identifier{&d})
		all = append(all, d)
		return err
	})
	return all, err
}

// CountClients implements [registrar.Reader]. Who counts to bind one more has the
// address for itself.
func (t *Tx) CountClients(address string) (n int, err error) {
	if err := t.lock(lockAddress + address); err != nil {
		return 0, err
	}
	_, err = t.one(countClients, []any{address}, &n)
	return n, err
}

// SaveClient implements [registrar.Tx].
func (t *Tx) SaveClient(c *registrar.Client) error {
	return t.exec(upsertClient, c.DID.String(), jsonText(c.Document), c.Revision, c.Address, c.Voucher, millis(c.BoundAt), c.SecretEnded,
		millis(c.EndedAt), hashBytes(c.Secrets), hashBytes(c.Ended), millis(c.RemovedAt))
}

// Keys implements [registrar.Reader].
func (t *Tx) Keys(d did.DID) (all []registrar.Key, err error) {
	err = t.every(selectKeys, []any{d.String()}, func(rows *sql.Rows) error {
		var k registrar.Key
		err := rows.Scan((*[]byte)(&k.Public), moment{&k.From}, moment{&k.Until})
		all = append(all, k)
		return err
	})
	return all, err
}

// RevokedWith implements [registrar.Reader].
func (t *Tx) RevokedWith(key ed25519.PublicKey, limit int) ([]did.DID, error) {
	return t.dids(selectRevokedWith, []byte(key), []byte(key), limit)
}

// BuryKey implements [registrar.Tx].
func (t *Tx) BuryKey(d did.DID, key ed25519.PublicKey) error {
	return t.exec(insertBuriedKey, d.String(), []byte(key))
}

// SaveKey implements [registrar.Tx].
func (t *Tx) SaveKey(d did.DID, k registrar.Key) error {
	return t.exec(upsertKey, d.String(), []byte(k.Public), millis(k.From), millis(k.Until))
}

// Scopes implements [registrar.Reader].
func (t *Tx) Scopes(d did.DID) (all []string, err error) {
	err = t.every(selectScopes, []any{d.String()}, func(rows *sql.Rows) error {
		var scope string
		err := rows.Scan(&scope)
		all = append(all, scope)
		return err
	})
	return all, err
}

// SetScopes implements [registrar.Tx].
func (t *Tx) SetScopes(d did.DID, scopes []string) error {
	if err := t.exec(deleteScopes, d.String()); err != nil {
		return err
	}
	for _, scope := range scopes {
		if err := t.exec(insertScope, d.String(), scope); err != nil {
			return err
		}
	}
	return nil
}

// Pending implements [registrar.Reader].
func (t *Tx) Pending(d did.DID) (*registrar.Pending, error) {
	all, err := t.pending(onePending, d.String())
	if len(all) == 0 {
		return nil, err
	}
	return &all[0], err
}

// AllPending implements [registrar.Reader]. Who looks whether there is room has the
// list for itself.
func (t *Tx) AllPending(now time.Time) ([]registrar.Pending, error) {
	if err := t.lock(lockPending); err != nil {
		return nil, err
	}
	return t.pending(everyPending, millis(now))
}

func (t *Tx) pending(query string, args ...any) (all []registrar.Pending, err error) {
	err = t.every(query, args, func(rows *sql.Rows) error {
		var p registrar.Pending
		err := rows.Scan(identifier{&p.DID}, (*[]byte)(&p.Key), &p.Address, moment{&p.At}, moment{&p.Until})
		all = append(all, p)
		return err
	})
	return all, err
}

// SavePending implements [registrar.Tx].
func (t *Tx) SavePending(p registrar.Pending, now time.Time) error {
	if err := t.exec(upsertPending, p.DID.String(), []byte(p.Key), p.Address, millis(p.At), millis(p.Until)); err != nil {
		return err
	}
	return t.exec(forgetPending, millis(now))
}

// DeletePending implements [registrar.Tx].
func (t *Tx) DeletePending(d did.DID) error { return t.exec(deletePending, d.String()) }
