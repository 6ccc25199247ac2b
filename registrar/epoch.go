package registrar

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
)

// Witness remembers outside of the database where its sequence was seen, so that one
// that was restored from a backup shows. Its methods may be called concurrently.
type Witness interface {
	// Seen returns what was kept last; the zero Head is nothing.
	Seen() Head
	// Keep keeps where the sequence stands. It is told often, of the same again, and late
	// of what is behind what it was told already.
	Keep(Head)
	// Decided is Keep for what was decided here: it is kept before the operator is told,
	// so that a backup of before does not pass for the database of after.
	Decided(Head)
	// WentBack is told that the database had been seen further, or is another one, and
	// that a new epoch was begun for it.
	WentBack(was, found, begun Head)
	// Began is told that the operator had a new epoch begun: whatever there was to do
	// after a restoration is done.
	Began(Head)
}

// forgetful is a witness until the process ends.
type forgetful struct{ seen atomic.Pointer[Head] }

func (f *forgetful) Seen() Head {
	if seen := f.seen.Load(); seen != nil {
		return *seen
	}
	return Head{}
}

func (f *forgetful) Keep(h Head)           { f.seen.Store(&h) }
func (f *forgetful) Decided(Head)          {} // the database is not replaced under a process
func (f *forgetful) WentBack(_, _, h Head) { f.Keep(h) }
func (f *forgetful) Began(h Head)          { f.Keep(h) }

// generation is how often a new epoch was begun: the number before the first dot of an
// epoch. That with which a database is made has none.
func generation(epoch string) int64 {
	number, _, _ := strings.Cut(epoch, ".")
	n, err := strconv.ParseInt(number, 10, 63)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// wentBack reports whether a database that was seen at one place is found at another
// that does not come after it. An epoch of a later generation was begun by somebody who
// knew the one that was seen.
func wentBack(seen, found Head) bool {
	switch was, is := generation(seen.Epoch), generation(found.Epoch); {
	case seen == Head{}:
		return false
	case seen.Epoch == found.Epoch:
		return found.Seq < seen.Seq
	default:
		return is <= was
	}
}

// CheckEpoch compares the database with what was seen of it, and begins a new epoch
// where it went back. It returns where the sequence stands. Errors: [ErrStorage].
func (r *Registrar) CheckEpoch(ctx context.Context) (Head, error) {
	for {
		seen := r.cfg.Witness.Seen() // first: the sequence goes on meanwhile
		_, found, err := r.Tombstones(ctx, 0, 0)
		if err != nil {
			return Head{}, err
		}
		if !wentBack(seen, found) {
			r.cfg.Witness.Keep(found)
			return found, nil
		}
		begun, err := r.beginEpoch(ctx, found, seen)
		if errors.Is(err, errMoved) {
			continue // another replica was first
		}
		if err != nil {
			return Head{}, err
		}
		r.cfg.Logger.Error("the database was seen further than it is, or is another one: it was restored from a backup, and does not know younger revocations. "+
			"A new epoch was begun; docs/registrar.md says what to do now (Backup, and what a restored one does not know)",
			slog.String("reason", "database_restored"), slog.String("seen_epoch", seen.Epoch), slog.Int64("seen", seen.Seq),
			slog.String("found_epoch", found.Epoch), slog.Int64("found", found.Seq), slog.String("epoch", begun.Epoch))
		r.cfg.Witness.WentBack(seen, found, begun)
		return begun, nil
	}
}

// NewEpoch begins a new epoch: the operator knows that the database is not what it was,
// where nothing else shows it. Errors: [ErrStorage].
func (r *Registrar) NewEpoch(ctx context.Context) (was, is Head, err error) {
	for {
		if _, was, err = r.Tombstones(ctx, 0, 0); err != nil {
			return Head{}, Head{}, err
		}
		switch is, err = r.beginEpoch(ctx, was, r.cfg.Witness.Seen()); {
		case err == nil:
			r.cfg.Witness.Began(is)
			return was, is, nil
		case !errors.Is(err, errMoved):
			return Head{}, Head{}, err
		}
	}
}

// errMoved: the sequence stands elsewhere by now.
var errMoved = errors.New("the sequence has moved on")

// epochStep is how far numbers go on with a new epoch where the clock does not tell.
const epochStep = 1_000_000

// afterAll is a number beyond all that were given out before, so that for a follower a
// larger number is the later one in any epoch. Of some epochs neither a restored database
// nor its witness knows: it is the time in milliseconds, which goes faster than anybody
// revokes.
func (r *Registrar) afterAll(found, seen Head) int64 {
	last := max(found.Seq, seen.Seq)
	if now := r.cfg.Now().UnixMilli(); now > last {
		return now
	}
	return last + epochStep
}

// beginEpoch begins one of a later generation than two others.
func (r *Registrar) beginEpoch(ctx context.Context, found, seen Head) (Head, error) {
	next := Head{
		Epoch: fmt.Sprintf("%d.%s", max(generation(found.Epoch), generation(seen.Epoch))+1, rand.Text()),
		Seq:   r.afterAll(found, seen),
	}
	err := r.cfg.Store.Change(ctx, func(tx Tx) error {
		ok, err := tx.BeginEpoch(found, next)
		if err == nil && !ok {
			err = errMoved
		}
		return err
	})
	return next, err
}
