package push

import (
	"context"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/task"
)

const (
	// largeTask is the size in bytes from which a task is large to read.
	largeTask = 1 << 20
	// largeAtOnce is how many large tasks are held at most, one of each owner.
	largeAtOnce = 3
	// largePause is how long a delivery waits that found no room.
	largePause = time.Second
)

// errLarge: others hold as many large tasks as may be.
var errLarge = errors.New("too many large tasks are being delivered")

// withRoom returns a context in which a delivery may read a large task if it gets room for
// it, and what gives that back.
func (s *Sender) withRoom(ctx context.Context, owner string) (_ context.Context, release func()) {
	held := false
	reserve := func(bytes int64) error {
		if held || bytes < largeTask {
			return nil
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.large[owner] || len(s.large) >= largeAtOnce {
			return errLarge
		}
		s.large[owner], held = true, true
		return nil
	}
	return task.WithReserve(ctx, reserve), func() {
		if held {
			s.mu.Lock()
			defer s.mu.Unlock()
			delete(s.large, owner)
		}
	}
}
