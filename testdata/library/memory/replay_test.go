package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"

	"example.com/library/memory"
)

func TestReplay(t *testing.T) {
	alice, err := did.Parse("did:example:alice")
	if err != nil {
		t.Fatal(err)
	}
	bob, err := did.Parse("did:example:bob")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1767225600, 0)
	store := memory.NewReplay(2, func() time.Time { return now })
	soon := now.Add(time.Minute)
	for i, c := range []struct {
		owner   did.DID
		key     string
		expires time.Time
		want    error
	}{
		{alice, "a", soon, nil},
		{alice, "a", soon, gate.ErrReplayed},
		{bob, "a", soon, nil},
		{alice, "b", soon, nil},
		{alice, "c", soon, gate.ErrQuota},
		{bob, "b", now.Add(-time.Second), gate.ErrStale},
	} {
		if err := store.Use(context.Background(), c.owner, c.key, c.expires); !errors.Is(err, c.want) {
			t.Errorf("%d: %v, want %v", i, err, c.want)
		}
	}
	now = soon.Add(time.Second)
	if err := store.Use(context.Background(), alice, "c", now); err != nil {
		t.Errorf("after the others ended: %v", err)
	}
}
