package replay

import (
	"testing"
	"time"
)

// TestOpenNeedsWindowAndRoom: what nobody said is no other window and no other
// room.
func TestOpenNeedsWindowAndRoom(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no window": {Total: 1}, "less than a second": {Window: time.Millisecond, Total: 1}, "no room": {Window: time.Second},
	} {
		if _, err := Open(newDir(t, nil), cfg); err == nil {
			t.Errorf("%s: a memory was opened", name)
		}
	}
}
