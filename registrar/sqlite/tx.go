package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/registrar"
)

// tx is a [registrar.Tx]. It lives as long as the transaction.
type tx struct {
	ctx context.Context
	*sql.Tx
}

var _ registrar.Tx = (*tx)(nil)

// Lock implements [registrar.Tx]: a transaction that writes has the whole database.
func (t *tx) Lock(did.DID) error { return nil }

// one scans the single row of a query; false if there is none.
func (t *tx) one(query string, args []any, into ...any) (bool, error) {
	err := t.QueryRowContext(t.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// every calls scan for each row of a query.
func (t *tx) every(query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := t.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, query, args...)
	return err
}

// changed is exec that reports whether a row was changed.
func (t *tx) changed(query string, args ...any) (bool, error) {
	result, err := t.ExecContext(t.ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
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

// identifier is a DID as it is stored.
type identifier struct{ *did.DID }

// Scan implements [sql.Scanner].
func (i identifier) Scan(v any) error {
	var text sql.NullString
	if err := text.Scan(v); err != nil {
		return err
	}
	d, err := did.Parse(text.String)
	if err != nil {
		return err
	}
	*i.DID = d
	return nil
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
