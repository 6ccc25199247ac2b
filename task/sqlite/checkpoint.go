package sqlite

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
)

// SQLite starts its write-ahead log afresh only in a moment in which nobody
// reads and all of it was copied into the database. While one reader follows
// another there is no such moment, however brief each of them is, and the log
// grows without end. So this package makes one: beyond checkpointAt bytes the
// writer copies what it can, lets no new readers in, waits for the present ones,
// copies the rest and truncates the log. Others write while it copies what it can, until
// the log is twice as large.
const checkpointAt = 16 << 20

// checkpointStep is how much larger the log becomes before the next attempt,
// where one failed because another process reads the database.
const checkpointStep = 4 << 20

type writeAheadLog struct {
	limit   int64        // bytes, beyond which it is emptied
	size    atomic.Int64 // after the last transaction
	retryAt atomic.Int64 // the size at which emptying is tried again; 0 if it did not fail

	emptying sync.Mutex
}

// isFull reports that nothing is written before it is emptied.
func (l *writeAheadLog) isFull() bool { return l.size.Load() > max(2*l.limit, l.retryAt.Load()) }

// measure is called by whoever has the writer's turn, after a transaction.
func (s *Store) measure() { s.log.size.Store(s.logSize()) }

// keepLogSmall is called after a transaction, without the writer's turn.
func (s *Store) keepLogSmall(ctx context.Context) {
	if s.log.size.Load() <= s.log.limit {
		return
	}
	if s.log.isFull() {
		s.log.emptying.Lock()
	} else if !s.log.emptying.TryLock() {
		return
	}
	defer s.log.emptying.Unlock()
	size := s.log.size.Load()
	if size <= max(s.log.limit, s.log.retryAt.Load()) {
		return
	}
	s.log.retryAt.Store(0)
	done, err := s.checkpoint(ctx)
	if err == nil && done {
		return
	}
	s.log.retryAt.Store(size + checkpointStep)
	s.logger.Warn("the write-ahead log of the tasks could not be truncated; does another process have the file open?",
		"file", s.path+"-wal", "bytes", size, "error", err)
}

// checkpoint empties the log. It reports false if another process keeps it.
func (s *Store) checkpoint(ctx context.Context) (bool, error) {
	if _, err := s.checkpointMode(ctx, "PASSIVE"); err != nil {
		return false, err
	}
	s.commits.lead <- struct{}{} // nobody writes
	defer func() { <-s.commits.lead }()
	s.readers.AcquireAll() // brief: no read waits for anything but the disk
	defer s.readers.ReleaseAll()
	defer s.measure()
	return s.checkpointMode(ctx, "TRUNCATE")
}

func (s *Store) checkpointMode(ctx context.Context, mode string) (bool, error) {
	var busy, frames, copied int
	err := s.checkpoints.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &frames, &copied)
	return err == nil && busy == 0, err
}

// logSize returns 0 where there is no log.
func (s *Store) logSize() int64 {
	info, err := os.Stat(s.path + "-wal")
	if err != nil {
		return 0
	}
	return info.Size()
}
