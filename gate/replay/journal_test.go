package replay

import (
	"io"
	"math"
	"testing"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// shortFile takes less than it is given and says nothing.
type shortFile struct{ safefile.File }

func (shortFile) Write(p []byte) (int, error) { return len(p) - 1, nil }

func TestShortWriteIsAFailure(t *testing.T) {
	j := journal{file: shortFile{}}
	expect(t, "short", j.append(record{signed: 5}), io.ErrShortWrite)
	expect(t, "after it", j.append(record{signed: 6}), ErrUnavailable)
	if j.latest != 0 {
		t.Errorf("latest %d", j.latest)
	}
}

func TestTimeThatDoesNotFitIsRefused(t *testing.T) {
	var b [recordSize]byte
	for _, signed := range []int64{math.MaxInt32, math.MinInt32, 0} {
		if !(record{signed: 1000 + signed}).encode(&b, 1000, 0) {
			t.Errorf("%d s from the base do not fit", signed)
		}
	}
	for _, signed := range []int64{math.MaxInt32 + 1, math.MinInt32 - 1} {
		if (record{signed: 1000 + signed}).encode(&b, 1000, 0) {
			t.Errorf("%d s from the base fit", signed)
		}
	}
	j := journal{base: 1000}
	expect(t, "append", j.append(record{signed: 1 << 40}), ErrUnavailable)
}
