package agent

import (
	"errors"
	"testing"
)

func TestPinnedKeysKnowNobodyElse(t *testing.T) {
	known, key := namedDID(t, "poet:1"), newKey(t)
	pinned := pinnedKeys{known: key}
	if got, err := pinned.PublicKey(t.Context(), known); err != nil || !got.Equal(key) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := pinned.PublicKey(t.Context(), namedDID(t, "critic:1")); !errors.Is(err, errNotPinned) {
		t.Errorf("got %v", err)
	}
}
