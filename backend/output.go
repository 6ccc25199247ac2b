package backend

import (
	"slices"
	"sync"
)

// output keeps what is written to it up to a limit and swallows the rest, so
// that the writer is never blocked nor broken by us.
type output struct {
	limit int64
	full  func()        // called once, when the limit is first exceeded; may be nil
	fresh chan struct{} // has a value when there may be something new; may be nil

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
	select {
	case o.fresh <- struct{}{}:
	default:
	}
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

// since returns what was kept behind the first n bytes.
func (o *output) since(n int) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.kept[n:])
}
