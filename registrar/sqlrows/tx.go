package sqlrows

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// Dialect is what databases do differently.
type Dialect struct {
	// Text makes a statement of this package one of the database's: in ours a ? is a
	// parameter, [ForUpdate] and [SkipLocked] say that rows are locked.
	Text func(string) string
	// Lock waits until no other transaction holds a name, and holds it until the
	// transaction ends; nil where a transaction that writes has the whole database.
	Lock func(ctx context.Context, tx *sql.Tx, name string) error
	// Fault makes what the database reports an error of the registrar's.
	Fault func(error) error
}

// What a statement has where rows are locked until the transaction ends: who wants
// them waits, or does without those that others have.
const (
	ForUpdate  = "{for update}"
	SkipLocked = "{skip locked}"
)

// Tx is a [registrar.Tx]. It lives as long as the transaction.
type Tx struct {
	ctx context.Context
	*sql.Tx
	dialect *Dialect
	writes  bool
}

var _ registrar.Tx = (*Tx)(nil)

// Change is a transaction that writes.
func Change(ctx context.Context, tx *sql.Tx, d *Dialect) *Tx { return &Tx{ctx, tx, d, true} }

// View is one that reads.
func View(ctx context.Context, tx *sql.Tx, d *Dialect) *Tx { return &Tx{ctx, tx, d, false} }

// Names of locks, in the order in which a transaction takes them: one that has a lock
// waits for none that stands before it, so that no two wait for each other.
const (
	lockDID     = "did "
	lockAddress = "address "
	lockPending = "pending"
)

// Lock implements [registrar.Tx].
func (t *Tx) Lock(d did.DID) error { return t.lock(lockDID + d.String()) }

// lock does nothing for who only reads: it sees one state of the database anyhow.
func (t *Tx) lock(name string) error {
	if !t.writes || t.dialect.Lock == nil {
		return nil
	}
	return t.dialect.Fault(t.dialect.Lock(t.ctx, t.Tx, name))
}

// one scans the single row of a query; false if there is none.
func (t *Tx) one(query string, args []any, into ...any) (bool, error) {
	err := t.QueryRowContext(t.ctx, t.dialect.Text(query), args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, t.dialect.Fault(err)
}

// every calls scan for each row of a query.
func (t *Tx) every(query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := t.QueryContext(t.ctx, t.dialect.Text(query), args...)
	if err != nil {
		return t.dialect.Fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return t.dialect.Fault(err)
		}
	}
	return t.dialect.Fault(rows.Err())
}

func (t *Tx) exec(query string, args ...any) error {
	_, err := t.changed(query, args...)
	return err
}

// changed is exec that reports whether a row was changed.
func (t *Tx) changed(query string, args ...any) (bool, error) {
	result, err := t.ExecContext(t.ctx, t.dialect.Text(query), args...)
	if err != nil {
		return false, t.dialect.Fault(err)
	}
	n, err := result.RowsAffected()
	return n > 0, t.dialect.Fault(err)
}

// moment is a time as it is stored; the zero time is NULL.
type moment struct{ *time.Time }

// Scan implements [sql.Scanner].
func (m moment) Scan(v any) error {
	var ms sql.NullInt64
	if err := ms.Scan(v); err != nil {
		return err
	}
	*m.Time = time.Time{}
	if ms.Valid {
		*m.Time = time.UnixMilli(ms.Int64).UTC()
	}
	return nil
}

func millis(at time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: at.UnixMilli(), Valid: !at.IsZero()}
}

// identifier is a DID as it is stored; the zero DID is NULL.
type identifier struct{ *did.DID }

// Scan implements [sql.Scanner].
func (i identifier) Scan(v any) error {
	var text sql.NullString
	if err := text.Scan(v); err != nil {
		return err
	}
	*i.DID = did.DID{}
	if !text.Valid {
		return nil
	}
	d, err := did.Parse(text.String)
	if err != nil {
		return err
	}
	*i.DID = d
	return nil
}

func didText(d did.DID) sql.NullString {
	return sql.NullString{String: d.String(), Valid: !d.IsZero()}
}

// document is JSON as it is stored, NULL for none.
type document []byte

// Scan implements [sql.Scanner].
func (d *document) Scan(v any) error {
	var text sql.NullString
	if err := text.Scan(v); err != nil {
		return err
	}
	*d = nil
	if text.Valid {
		*d = document(text.String)
	}
	return nil
}

func jsonText(doc []byte) sql.NullString {
	return sql.NullString{String: string(doc), Valid: doc != nil}
}
