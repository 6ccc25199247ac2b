package replay_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/gate/replay"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// What opened the door before a restart does not open it after.
func ExampleOpen() {
	path, err := os.MkdirTemp("", "agent")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(path)
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		panic(err)
	}
	caller, err := did.Parse("did:bindu:alice:caller:1")
	if err != nil {
		panic(err)
	}
	expires := time.Now().Add(300 * time.Second)
	for start := range 2 {
		store, err := replay.Open(dir, replay.Config{Fresh: start == 0, Window: 300 * time.Second, Total: 1_000_000})
		if err != nil {
			panic(err)
		}
		err = store.Use(context.Background(), caller, "signature", expires)
		fmt.Println("admitted:", err == nil, "replayed:", errors.Is(err, gate.ErrReplayed))
		if err := store.Close(); err != nil {
			panic(err)
		}
	}
	// Output:
	// admitted: true replayed: false
	// admitted: false replayed: true
}
