package grpcframe_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/getbindu/bindu-go/internal/grpcframe"
)

func frame(t testing.TB, message string) string {
	t.Helper()
	b := append(grpcframe.Begin(nil), message...)
	if err := grpcframe.End(b); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestABodyIsOneFrame(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		frame(t, ""): nil, frame(t, "hello"): nil, "": grpcframe.ErrFrame, "\x00\x00\x00\x00": grpcframe.ErrFrame, "\x00\x00\x00\x00\x01": grpcframe.ErrFrame,
		frame(t, "hello") + "x": grpcframe.ErrFrame, frame(t, "a") + frame(t, "b"): grpcframe.ErrFrame, "\x01\x00\x00\x00\x01x": grpcframe.ErrCompressed, "\x02\x00\x00\x00\x01x": grpcframe.ErrFrame,
		"\x80\x00\x00\x00\x00": grpcframe.ErrFrame, "\x00\xff\xff\xff\xffx": grpcframe.ErrFrame, "\x01\x00\x00\x00\x02x": grpcframe.ErrFrame,
	} {
		got, err := grpcframe.Message([]byte(body))
		if !errors.Is(err, want) || err == nil && string(got) != body[grpcframe.HeaderBytes:] {
			t.Errorf("%q: %q, %v, want %v", body, got, err, want)
		}
	}
	if err := grpcframe.End([]byte("abcd")); !errors.Is(err, grpcframe.ErrTooLarge) {
		t.Errorf("no room for a header: %v", err)
	}
}

func TestAStreamIsReadFrameByFrame(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10000)
	r := grpcframe.NewReader(iotest.HalfReader(strings.NewReader(frame(t, "a")+frame(t, "")+frame(t, long))), len(long))
	for _, want := range []string{"a", "", long} {
		if got, err := r.Next(); err != nil || string(got) != want {
			t.Errorf("%d bytes, %v, want %d", len(got), err, len(want))
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	for in, want := range map[string]error{
		frame(t, long+"x"): grpcframe.ErrTooLarge, frame(t, "abc")[:3]: grpcframe.ErrFrame, frame(t, "abc")[:7]: grpcframe.ErrFrame, "\x01\x00\x00\x00\x00": grpcframe.ErrCompressed, "\x02\x00\x00\x00\x00": grpcframe.ErrFrame,
		frame(t, long)[:9000]: grpcframe.ErrFrame,
	} {
		if _, err := grpcframe.NewReader(strings.NewReader(in), len(long)).Next(); !errors.Is(err, want) {
			t.Errorf("%.8q: %v, want %v", in, err, want)
		}
	}
	other := errors.New("other")
	for _, n := range []int{0, 7} {
		in := io.MultiReader(strings.NewReader(frame(t, "abc")[:n]), iotest.ErrReader(other))
		if _, err := grpcframe.NewReader(in, 10).Next(); !errors.Is(err, other) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// FuzzFrame reads bodies: what is one frame is what a stream of them reads alone.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{"", "\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x01x", "\x01\x00\x00\x00\x01x", "\x00\x00\x00\x00\x01xy"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := grpcframe.Message(body)
		r := grpcframe.NewReader(bytes.NewReader(body), 1<<20)
		streamed, first := r.Next()
		_, second := r.Next()
		alone := first == nil && errors.Is(second, io.EOF)
		if (err == nil) != alone || err == nil && !bytes.Equal(got, streamed) {
			t.Fatalf("%x: %x, %v, in a stream %x, %v, %v", body, got, err, streamed, first, second)
		}
		if err == nil && int(binary.BigEndian.Uint32(body[1:])) != len(got) {
			t.Fatalf("%x: %d bytes", body, len(got))
		}
	})
}
