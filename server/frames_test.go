package server

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
)

// spoken returns the preface and what write sends behind it.
func spoken(t *testing.T, write func(*http2.Framer) error) string {
	t.Helper()
	var b bytes.Buffer
	f := http2.NewFramer(&b, nil)
	f.AllowIllegalWrites = true
	if err := write(f); err != nil {
		t.Fatal(err)
	}
	return preface + b.String()
}

// readSlowly reads what comes a byte a second and then not at all, and returns
// how long after the preface, which comes at once, reading failed.
func readSlowly(t *testing.T, sent string) (took time.Duration, err error) {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range len(sent) {
			if i >= len(preface) {
				time.Sleep(time.Second)
			}
			if _, err := theirs.Write([]byte{sent[i]}); err != nil {
				return
			}
		}
	}()
	c := &http2Conn{Conn: ours, timeouts: Timeouts{Header: 10 * time.Second, Body: 30 * time.Second}}
	began := time.Now()
	defer func() { theirs.Close(); <-done }()
	stop := time.AfterFunc(time.Hour, func() { theirs.Close() }) // as idle as that
	defer stop.Stop()
	for {
		if _, err := c.Read(make([]byte, 16)); err != nil {
			return time.Since(began), err
		}
	}
}

func TestHostile176WhatIsBegunIsFinishedInTime(t *testing.T) {
	header := func(end bool) func(*http2.Framer) error {
		return func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: make([]byte, 100), EndHeaders: end})
		}
	}
	for name, tt := range map[string]struct {
		write func(*http2.Framer) error
		took  time.Duration // from the first byte behind the preface
		idle  bool
	}{
		"header":      {header(true), 11 * time.Second, false},
		"first bytes": {func(f *http2.Framer) error { return f.WriteRawFrame(0, 0, 0, nil) }, 0, true},
		"other frame": {func(f *http2.Framer) error { return f.WriteRawFrame(0xbe, 0, 0, make([]byte, 100)) }, 11 * time.Second, false},
		"data": {func(f *http2.Framer) error { return f.WriteData(1, false, make([]byte, 100)) },
			39 * time.Second, false}, // nine bytes, and then the body's time
		"many small frames": {func(f *http2.Framer) error {
			return errors.Join(f.WriteRawFrame(0xbe, 0, 0, nil), f.WriteRawFrame(0xbe, 0, 0, nil), f.WriteRawFrame(0xbe, 0, 0, nil))
		}, 0, true},
		"no end": {func(f *http2.Framer) error {
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, EndHeaders: false})
		}, 11 * time.Second, false},
		"continuations": {func(f *http2.Framer) error {
			return errors.Join(f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1}), f.WriteContinuation(1, false, nil), f.WriteContinuation(1, false, nil))
		}, 11 * time.Second, false},
		"a header after a pause": {func(f *http2.Framer) error {
			return errors.Join(f.WriteRawFrame(0xbe, 0, 0, nil), header(true)(f))
		}, 20 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, err := readSlowly(t, spoken(t, tt.write))
				switch {
				case tt.idle && (took < time.Hour || !errors.Is(err, io.EOF)):
					t.Errorf("nothing is unfinished, but after %s: %v", took, err)
				case !tt.idle && (took != tt.took || !errors.Is(err, os.ErrDeadlineExceeded)):
					t.Errorf("after %s: %v; want %s", took, err, tt.took)
				}
			})
		})
	}
}

func TestWhoAgreedOnHTTP2SpeaksIt(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() { _, _ = io.WriteString(theirs, "GET / HTTP/1.1\r\n\r\n"); theirs.Close() }()
	c := &http2Conn{Conn: ours}
	if _, err := c.Read(make([]byte, 100)); !errors.Is(err, errPreface) {
		t.Errorf("got %v", err)
	}
}

// FuzzFrames: in whatever pieces the bytes come, the same is unfinished, and
// the frames end where their lengths say.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x00\x00\x01\x01\x04\x00\x00\x00\x01x\x00\x00\x02\x00\x00\x00\x00\x00\x01xy"), 3)
	f.Add([]byte("\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x00\x00\x09\x04\x00\x00\x00\x01"), 1)
	f.Add([]byte("\x00\x40\x00\x04\x00\x00\x00\x00\x00abc"), 5)
	f.Fuzz(func(t *testing.T, sent []byte, size int) {
		whole, pieces := &frames{greeted: len(preface)}, &frames{greeted: len(preface)}
		if err := whole.feed(sent); err != nil {
			t.Fatal(err)
		}
		size = max(1, size)
		for rest := sent; len(rest) > 0; {
			n := min(size, len(rest))
			if err := pieces.feed(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if *whole != *pieces {
			t.Errorf("at once %+v, in pieces %+v", *whole, *pieces)
		}
		rest := sent // frame by frame, as a whole
		for len(rest) >= frameHeader && len(rest) >= frameHeader+lengthOf(rest) {
			rest = rest[frameHeader+lengthOf(rest):]
		}
		if unfinished := whole.have > 0; unfinished != (len(rest) > 0) {
			t.Errorf("%d bytes of an unfinished frame, but %+v", len(rest), *whole)
		}
	})
}

func lengthOf(frame []byte) int { return int(binary.BigEndian.Uint32(frame) >> 8) }
