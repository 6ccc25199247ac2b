package configs

import (
	"time"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/settings"
)

// Replay is how long and how much is remembered of what was accepted.
func Replay(set settings.Settings) replay.Config {
	return replay.Config{
		Window: time.Duration(set.DID.TimestampWindow),
		Total:  int64(set.Limits.ReplayEntries),
	}
}

// RemembersKeys reports whether the keys of callers are remembered. Without Hydra
// all keys are pinned, and there is nothing to remember.
func RemembersKeys(set settings.Settings) bool {
	return bool(set.DID.RememberKeys) && UsesHydra(set)
}

// Keys is how many keys of callers are remembered.
func Keys(set settings.Settings) keymemory.Config {
	return keymemory.Config{Limit: int(set.Limits.RememberedKeys)}
}

// HotKeys is of how many keys in use there are tables.
func HotKeys(set settings.Settings) int { return int(set.Limits.HotKeys) }
