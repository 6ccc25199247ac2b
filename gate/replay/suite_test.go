package replay_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/gate/replay/replaytest"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// one is a memory that one process has.
func one(s gate.UsedStore, n int) (all []gate.UsedStore) {
	for range n {
		all = append(all, s)
	}
	return all
}

func TestMemory(t *testing.T) {
	replaytest.Run(t, func(_ *testing.T, n int, perOwner, total int64) []gate.UsedStore {
		return one(replay.NewMemory(time.Now, perOwner, total), n)
	})
}

func TestStore(t *testing.T) {
	replaytest.Run(t, func(t *testing.T, n int, perOwner, total int64) []gate.UsedStore {
		dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := replay.Open(dir, replay.Config{Window: 5 * time.Minute, PerOwner: perOwner, Total: total, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return one(s, n)
	})
}
