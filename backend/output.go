package backend

import "sync"

// output keeps what is written to it up to a limit and swallows the rest, so
// that the writer is never blocked nor broken by us.
type output struct {
	limit int64
	full  func() // called once, when the limit is first exceeded; may be nil

	mu   sync.Mutex
	kept []byte
	over bool
}

// Write implements [io.Writer]. It never fails.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := int(min(int64(len(p)), o.limit-int64(len(o.kept))))
	o.kept = append(o.kept, p[:room]...)
	if room < len(p) && !o.over {
		o.over = true
		if o.full != nil {
			o.full()
		}
	}
	return len(p), nil
}

func (o *output) exceeded() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.over
}

// String returns what was kept.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.kept)
}
