package backend

import "sync"

// stderrLimit is how much of the end of a command's standard error is kept for
// the log, which takes as many characters of one value.
const stderrLimit = 1 << 10

// tail keeps the last bytes that are written to it: what a program says last is
// why it failed.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write implements [io.Writer]. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := p[max(0, len(p)-stderrLimit):]
	excess := max(0, len(t.kept)+len(last)-stderrLimit)
	t.kept = append(t.kept[:copy(t.kept, t.kept[excess:])], last...)
	return len(p), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
