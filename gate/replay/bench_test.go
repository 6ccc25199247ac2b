package replay

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
)

// BenchmarkUse is what one admitted request costs while 300,000 keys are held.
// Compare memory with store: the difference is the write(2).
func BenchmarkUse(b *testing.B) {
	for _, owners := range []int{1, 64} {
		b.Run(fmt.Sprintf("memory/owners=%d", owners), func(b *testing.B) {
			m := NewMemory(time.Now, 0, 1<<40)
			benchmarkUse(b, m, m.set, owners)
		})
		b.Run(fmt.Sprintf("store/owners=%d", owners), func(b *testing.B) {
			s := open(b, newDir(b, nil), Config{Total: 1 << 40})
			benchmarkUse(b, s, s.set, owners)
		})
	}
}

func benchmarkUse(b *testing.B, s gate.ReplayStore, held *set, owners int) {
	names := make([]did.DID, owners)
	for i := range names {
		names[i] = name(b, strconv.Itoa(i))
	}
	now := time.Now()
	for i := range 300_000 {
		// As a steady stream leaves it: signed evenly over the last window.
		id, fp := identify(names[i%owners], "held"+strconv.Itoa(i))
		held.restore(entry{owner: id, key: fp, expires: expiryOf(now).Unix() - int64(i%290)}, now)
	}
	expires := expiryOf(now)
	var worker atomic.Int64
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		id := worker.Add(1)
		owner := names[int(id)%owners]
		key := strconv.AppendInt([]byte("0123456789012345678901234567890123456789012345678901234567890123456789"), id, 10)
		for i := 0; pb.Next(); i++ {
			if err := s.Use(context.Background(), owner, string(strconv.AppendInt(key, int64(i), 10)), expires); err != nil {
				b.Fatal(err)
			}
		}
	})
}
