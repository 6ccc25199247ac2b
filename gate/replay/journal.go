package replay

import (
	"io"
	"math"
	"sync"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// journal appends to one file of the current segment. After a failed write it
// takes nothing more until it is given another file: the end may be torn.
type journal struct {
	mu     sync.Mutex
	file   safefile.File // nil before the first segment
	base   int64
	seed   uint32
	latest int64 // time of signing; MinInt64 when there is no record
	err    error // why nothing can be written
	buf    [recordSize]byte
}

// append returns nil when the record outlives this process.
func (j *journal) append(r record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	if !r.encode(&j.buf, j.base, j.seed) {
		return errTime
	}
	n, err := j.file.Write(j.buf[:])
	if err == nil && n < recordSize {
		err = io.ErrShortWrite
	}
	if err != nil {
		j.err = unavailable(err)
		return j.err
	}
	j.latest = max(j.latest, r.signed)
	return nil
}

// swap goes on in another file and returns the latest time of signing in the
// one before.
func (j *journal) swap(file safefile.File, h header) (latest int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		// What Close could report of the file, Write reported.
		_ = j.file.Close()
	}
	latest = j.latest
	j.file, j.base, j.seed = file, h.base, h.seed()
	j.latest, j.err = math.MinInt64, nil
	return latest
}

// stop closes the file, and makes every later append fail with err.
func (j *journal) stop(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
	if j.file == nil {
		return nil
	}
	file := j.file
	j.file = nil
	return file.Close()
}

// lastSigned returns the latest time of signing in the file.
func (j *journal) lastSigned() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.latest
}
