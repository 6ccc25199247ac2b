package main

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/gate/keymemory"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
)

// rememberDIDs writes into a stopped agent's directory what it would have kept
// of so many callers that were each admitted once, just now: a key for each in
// the memory of keys, and a signature in the memory of replays, which forgets
// it after five minutes. What only a running agent knows of a caller, its rate
// and its verified token, is not there.
func rememberDIDs(ctx context.Context, dir *safefile.Dir, count int, done func(int)) error {
	keys, err := keymemory.Open(dir, keymemory.Config{Limit: count})
	if err != nil {
		return err
	}
	names := make([]did.DID, count)
	for i := range names {
		if names[i], err = rememberDID(ctx, keys); err != nil {
			return errors.Join(err, keys.Close())
		}
		done(i + 1)
	}
	if err := keys.Close(); err != nil {
		return err
	}
	return rememberUses(ctx, dir, names, replay.Config{Window: window, Total: int64(10 * count)})
}

func rememberDID(ctx context.Context, keys *keymemory.Memory) (did.DID, error) {
	name, err := did.Parse("did:bindu:bench_at_example_com:seen:" + uuid.NewString())
	if err != nil {
		return did.DID{}, err
	}
	key, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		return did.DID{}, err
	}
	return name, keys.Remember(ctx, name, key)
}

// window is the default of DID__TIMESTAMP_WINDOW.
const window = 5 * time.Minute

func useKey(number int) string { return fmt.Sprint("bench", number) }

func rememberUses(ctx context.Context, dir *safefile.Dir, names []did.DID, cfg replay.Config) error {
	uses, err := replay.Open(dir, cfg)
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := uses.Use(ctx, name, useKey(i), time.Now().Add(window)); err != nil {
			return errors.Join(err, uses.Close())
		}
	}
	return uses.Close()
}

// tasksPerOwner is the default of TASK__MAX_PER_DID.
const tasksPerOwner = 10_000

// storeTasks stores ended tasks of a message and an artifact of 256 bytes each,
// of as many owners as may have so many.
func storeTasks(ctx context.Context, dir *safefile.Dir, count int, done func(int)) error {
	store, err := sqlite.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	text := string(padded(256, "", ""))
	for i := range count {
		if err := storeTask(ctx, store, ownerOf(i/tasksPerOwner), uint64(i), text); err != nil {
			return errors.Join(err, store.Close())
		}
		done(i + 1)
	}
	return store.Close()
}

func ownerOf(number int) string {
	return fmt.Sprintf("did:bindu:bench_at_example_com:owner:%036d", number)
}

func storeTask(ctx context.Context, store task.Store, owner string, number uint64, text string) error {
	const limit = 1 << 40 // of everything: none is meant
	message := a2a.NewMessage(a2a.MessageRoleUser, a2a.NewTextPart(text))
	now := time.Now()
	run := uuid.NewString()
	stored, err := store.Submit(ctx, task.Submission{
		Owner: owner, Message: message, Digest: binary.BigEndian.AppendUint64(nil, number),
		TaskID: uuid.NewString(), ContextID: uuid.NewString(), Run: run, Holder: "bench", At: now,
		MaxTasks: limit, MaxBytes: limit, MaxMessages: limit, MaxTaskBytes: limit,
	})
	if err != nil {
		return err
	}
	return store.Transition(ctx, owner, string(stored.Task.ID), task.Transition{
		Run: run, Fence: stored.Fence, To: a2a.TaskStateCompleted, At: now, MaxBytes: limit,
		Artifacts: []*a2a.Artifact{{ID: a2a.NewArtifactID(), Parts: a2a.ContentParts{a2a.NewTextPart(text)}}},
	})
}
