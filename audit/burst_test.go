package audit_test

import (
	"testing"
	"time"

	"github.com/getbindu/bindu-go/audit"
)

func TestStrangersWriteTwentyLinesASecond(t *testing.T) {
	var b audit.Burst
	now := time.Unix(1000, 0)
	for _, at := range []time.Time{now, now.Add(time.Second), now.Add(-time.Hour)} {
		written := 0
		for range 1000 {
			if b.Allow(at) {
				written++
			}
		}
		if written != 20 {
			t.Errorf("%d lines at %v", written, at)
		}
	}
}
