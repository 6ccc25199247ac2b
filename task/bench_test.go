package task_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/sqlite"
	"github.com/getbindu/bindu-go/task/tasktest"
)

// BenchmarkSend measures a message that is stored, echoed and waited for, by so many
// at a time for each processor.
func BenchmarkSend(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) { benchmarkSend(b, callers) })
	}
}

func benchmarkSend(b *testing.B, callers int) {
	text := strings.Repeat("hello ", 40)
	dir, err := safefile.OpenDir(filepath.Join(b.TempDir(), "dir"), nil)
	if err != nil {
		b.Fatal(err)
	}
	store, err := sqlite.Open(b.Context(), dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	service, err := task.NewService(tasktest.Sized(task.Config{Store: store, Executor: backend.Echo{}, Limits: task.Limits{Tasks: 1 << 40, Bytes: 1 << 40}}))
	if err != nil {
		b.Fatal(err)
	}
	defer service.Close(b.Context())
	who, err := did.Parse("did:bindu:bench:caller:1")
	if err != nil {
		b.Fatal(err)
	}
	ctx := identity.NewContext(b.Context(), identity.Caller{DID: who})
	var n atomic.Int64
	b.SetParallelism(callers)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := service.SendMessage(ctx, &a2a.SendMessageRequest{Message: &a2a.Message{
				ID: fmt.Sprint(n.Add(1)), Role: a2a.MessageRoleUser, Parts: a2a.ContentParts{a2a.NewTextPart(text)},
			}})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}
