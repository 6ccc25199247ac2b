package replay

import (
	"io"
	"math"
	"sync"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// syncLog appends to a file that is on stable storage, record by record, before
// anything is acknowledged. Those who come while the disk is waited for share
// the next wait.
type syncLog struct {
	file safefile.File
	base int64
	seed uint32

	mu      sync.Mutex
	written int
	latest  int64 // time of signing; MinInt64 when there is no record
	err     error // why nothing more can be written
	buf     [recordSize]byte

	syncing sync.Mutex // held while the disk is waited for; taken before mu
	synced  int        // how many records are on stable storage
}

func newSyncLog(file safefile.File, h header) *syncLog {
	return &syncLog{file: file, base: h.base, seed: h.seed(), latest: math.MinInt64}
}

// append returns nil when the record outlives a loss of power. After a failure
// the file takes nothing more: what of it is on stable storage is not known.
func (l *syncLog) append(r record) error {
	n, err := l.write(r)
	if err != nil {
		return err
	}
	return l.sync(n)
}

func (l *syncLog) write(r record) (n int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return 0, l.err
	}
	if !r.encode(&l.buf, l.base, l.seed) {
		return 0, errTime
	}
	done, err := l.file.Write(l.buf[:])
	if err == nil && done < recordSize {
		err = io.ErrShortWrite
	}
	if err != nil {
		l.err = unavailable(err)
		return 0, l.err
	}
	l.written++
	l.latest = max(l.latest, r.signed)
	return l.written, nil
}

// sync returns nil when the first n records are on stable storage.
func (l *syncLog) sync(n int) error {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	return l.syncLocked(n)
}

func (l *syncLog) syncLocked(n int) error {
	if l.synced >= n {
		return nil
	}
	l.mu.Lock()
	upTo, err := l.written, l.err
	l.mu.Unlock()
	if err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		err = unavailable(err)
		l.refuse(err)
		return err
	}
	l.synced = upTo
	return nil
}

// close makes every later append fail with why, after those that have written
// are on stable storage. It returns the latest time of signing.
func (l *syncLog) close(why error) (latest int64, err error) {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	// Nobody may write between the last sync and the refusal.
	l.mu.Lock()
	if l.err == nil && l.written > l.synced {
		if err = l.file.Sync(); err == nil {
			l.synced = l.written
		}
	}
	if l.err == nil {
		l.err = why
		if err != nil {
			l.err = unavailable(err)
		}
	}
	latest = l.latest
	l.mu.Unlock()
	if cerr := l.file.Close(); err == nil {
		err = cerr
	}
	return latest, err
}

func (l *syncLog) refuse(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

// isEmpty reports whether there is no record.
func (l *syncLog) isEmpty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written == 0
}
