package sqlite

import (
	"context"
	"os"
)

// SQLite starts its write-ahead log afresh only in a moment in which nobody
// reads and all of it was copied into the database. While one reader follows
// another there is no such moment, however brief each of them is, and the log
// grows without end. So this package makes one: beyond checkpointAt bytes the
// writer copies what it can, lets no new readers in, waits for the present ones,
// copies the rest and truncates the log. The log is thus never larger than
// checkpointAt and one transaction.
const checkpointAt = 16 << 20

// checkpointStep is how much larger the log becomes before the next attempt,
// where one failed because another process reads the database.
const checkpointStep = 4 << 20

type writeAheadLog struct {
	limit   int64 // bytes, beyond which it is emptied
	retryAt int64 // the size at which that is tried again; 0 if it did not fail
}

// keepLogSmall is called by whoever has the writer's turn, after a transaction.
func (s *Store) keepLogSmall(ctx context.Context) {
	size := s.logSize()
	if size <= max(s.log.limit, s.log.retryAt) {
		return
	}
	s.log.retryAt = 0
	done, err := s.checkpoint(ctx)
	if err == nil && done {
		return
	}
	s.log.retryAt = size + checkpointStep
	s.logger.Warn("the write-ahead log of the tasks could not be truncated; does another process have the file open?",
		"file", s.path+"-wal", "bytes", size, "error", err)
}

// checkpoint empties the log. It reports false if another process keeps it.
func (s *Store) checkpoint(ctx context.Context) (bool, error) {
	if _, err := s.checkpointMode(ctx, "PASSIVE"); err != nil {
		return false, err
	}
	s.readers.AcquireAll() // brief: no read waits for anything but the disk
	defer s.readers.ReleaseAll()
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
