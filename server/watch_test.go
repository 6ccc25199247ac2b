package server

import (
	"cmp"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// watchedPair returns a watched connection that is followed, and its peer's end.
func watchedPair(t *testing.T, encrypted bool, top func(*watched) net.Conn) (*watched, net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	w := watch(ours, Timeouts{Header: 10 * time.Second, Body: 30 * time.Second}, encrypted)
	w.follow(top(w))
	return w, theirs
}

func http1(w *watched) net.Conn { return w }

func http2Above(w *watched) net.Conn { return &http2Conn{Conn: w} }

// failsAfter reads until it fails, and returns how long that takes.
func failsAfter(w *watched) (time.Duration, error) {
	began := time.Now()
	for {
		if _, err := w.Read(make([]byte, 64)); err != nil {
			return time.Since(began), err
		}
	}
}

func TestHostile176BytesBelowTLSAndTheFirstBytesOfARequest(t *testing.T) {
	const record = "\x17\x03\x03\x00\x04abcd"
	for name, tt := range map[string]struct {
		encrypted bool
		top       func(*watched) net.Conn
		sent      string
		busy      bool
		took      time.Duration // 0: as idle as the deadline of whoever reads
	}{
		"HTTP/1: a byte of a request":           {false, http1, "G", false, 10 * time.Second},
		"HTTP/1: nothing":                       {false, http1, "", false, 0},
		"HTTP/1: a byte behind one in progress": {false, http1, "G", true, 0},
		"HTTP/1: a record of a request":         {true, http1, record, false, 10 * time.Second},
		"HTTP/2: part of a record":              {true, http2Above, record[:7], false, 10 * time.Second},
		"HTTP/2: part of a record's header":     {true, http2Above, record + record[:1], false, 10 * time.Second},
		"HTTP/2: part of a body's record":       {true, http2Above, record[:7], true, 30 * time.Second},
		"HTTP/2: a record":                      {true, http2Above, record, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, peer := watchedPair(t, tt.encrypted, tt.top)
				if tt.busy {
					w.count(1)
					defer w.count(-1)
				}
				if err := w.SetReadDeadline(time.Now().Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
				go func() { _, _ = peer.Write([]byte(tt.sent)) }()
				took, err := failsAfter(w)
				if want := cmp.Or(tt.took, time.Hour); took != want {
					t.Errorf("after %s, want %s", took, want)
				}
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestWhatWasFinishedIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, peer := watchedPair(t, false, http1)
		go func() { _, _ = peer.Write([]byte("GET")) }()
		if _, err := w.Read(make([]byte, 64)); err != nil {
			t.Fatal(err)
		}
		w.count(1) // the rest was read with it
		time.Sleep(time.Minute)
		w.count(-1)
		if err := w.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if took, err := failsAfter(w); took != 2*time.Minute {
			t.Errorf("idle after a request: after %s, %v", took, err)
		}
		if err := w.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = peer.Write([]byte("P")); time.Sleep(5 * time.Second); _, _ = peer.Write([]byte("O")) }()
		if took, err := failsAfter(w); took != 10*time.Second {
			t.Errorf("the next request: after %s, %v", took, err)
		}
	})
}

// FuzzRecords: in whatever pieces the bytes come, the records end where their
// lengths say.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("\x17\x03\x03\x00\x02ab\x17\x03\x03\x00\x00"), 3)
	f.Add([]byte("\x16\x03\x01\x40\x00a"), 1)
	f.Fuzz(func(t *testing.T, sent []byte, size int) {
		var whole, pieces records
		within := whole.feed(sent)
		size = max(1, size)
		for rest := sent; len(rest) > 0; {
			n := min(size, len(rest))
			pieces.feed(rest[:n])
			rest = rest[n:]
		}
		if whole != pieces {
			t.Errorf("at once %+v, in pieces %+v", whole, pieces)
		}
		rest := sent
		for len(rest) >= 5 && len(rest)-5 >= int(rest[3])<<8+int(rest[4]) {
			rest = rest[5+int(rest[3])<<8+int(rest[4]):]
		}
		if within != (len(rest) > 0) {
			t.Errorf("%d bytes of an unfinished record, but %+v", len(rest), whole)
		}
	})
}
