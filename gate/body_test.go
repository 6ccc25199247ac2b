package gate

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// meteredBody counts what has come, and what is held for it.
type meteredBody struct {
	io.Reader
	came, held, worst int64
}

func (m *meteredBody) Read(p []byte) (int, error) {
	if int64(cap(p)) > m.held {
		m.worst = max(m.worst, int64(cap(p)))
	}
	n, err := m.Reader.Read(p)
	m.came += int64(n)
	return n, err
}

func (m *meteredBody) hold(bytes int64) bool {
	m.held += bytes
	return true
}

// However much is announced and however it comes, what is held grows with it.
func TestHostile166MemoryGrowsWithWhatCame(t *testing.T) {
	for _, came := range []int64{0, 1, firstBuffer - 1, firstBuffer, firstBuffer + 1, 100_000, 1 << 20} {
		for name, announced := range map[string]int64{"exactly": came, "2 MiB": 2 << 20, "not": -1} {
			body := make([]byte, came)
			for i := range body {
				body[i] = byte(rand.Int())
			}
			for _, r := range []io.Reader{bytes.NewReader(body), iotest.HalfReader(bytes.NewReader(body)), iotest.DataErrReader(bytes.NewReader(body))} {
				m := &meteredBody{Reader: r}
				got, err := readBody(m, announced, m.hold)
				if announced > came {
					if !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("%d came, announced %s: %v", came, name, err)
					}
				} else if err != nil || !bytes.Equal(got, body) {
					t.Errorf("%d came, announced %s: %d bytes, %v", came, name, len(got), err)
				}
				if bound := max(firstBuffer, 2*came); m.held > bound || m.worst > 0 || int64(cap(got)) > m.held {
					t.Errorf("%d came, announced %s: %d held, %d beyond, %d kept, at most %d", came, name, m.held, m.worst, cap(got), bound)
				}
			}
		}
	}
}

func TestBodyEndsWhereTheShareDoes(t *testing.T) {
	asked := 0
	_, err := readBody(strings.NewReader(strings.Repeat("x", 3*firstBuffer)), 3*firstBuffer, func(int64) bool {
		asked++
		return asked == 1
	})
	if !errors.Is(err, errBodyShare) {
		t.Errorf("got %v", err)
	}
}

// A body of another length than announced is not read beyond it.
func TestBodyIsReadAsFarAsAnnounced(t *testing.T) {
	r := strings.NewReader("0123456789")
	if got, err := readBody(r, 4, func(int64) bool { return true }); err != nil || string(got) != "0123" || r.Len() != 6 {
		t.Errorf("%q, %v, %d left", got, err, r.Len())
	}
}
