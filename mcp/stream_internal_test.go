package mcp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/lease"
	"github.com/getbindu/bindu-go/internal/sse"
)

// leased is a writer that counts how often its lease is asked.
type leased struct {
	*httptest.ResponseRecorder
	looks int
	err   error
}

func (l *leased) CheckLease() error {
	l.looks++
	return l.err
}

// A stream in which nothing happens says every 15 s that it is there, and looks every second
// whether its caller is still proved, also while nobody can tell.
func TestAQuietStreamLooksAndBeats(t *testing.T) {
	for name, unknown := range map[string]error{"proved": nil, "unknown": lease.ErrUnknown} {
		synctest.Test(t, func(t *testing.T) {
			w := &leased{ResponseRecorder: httptest.NewRecorder(), err: unknown}
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute+time.Second/2, errStopping)
			defer cancel()
			s := &events{ctx: ctx, rc: http.NewResponseController(w), last: time.Now(), exchange: &exchange{w: w, r: httptest.NewRequest(http.MethodGet, "/", nil)}}
			if err := s.writeAll(make(chan arrival)); !errors.Is(err, errStopping) {
				t.Errorf("%s: %v", name, err)
			}
			if beats := strings.Count(w.Body.String(), ": \n\n"); beats != 4 || w.looks < 58 || w.looks > 62 {
				t.Errorf("%s: %d beats, %d looks", name, beats, w.looks)
			}
		})
	}
}

// FuzzTell: whatever a server sends as an event is one event of ours, with the same data but
// for line ends.
func FuzzTell(f *testing.F) {
	for _, s := range []string{"data: {}\n\n", "id: 1\nevent: message\nretry: 1\ndata: {\"a\":\ndata: 1}\n\n", ": hi\n\n", "data\r\rdata: x\r\n\r\n", "id: a\x00\ndata: \xff\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		w := &leased{ResponseRecorder: httptest.NewRecorder()}
		s := &events{rc: http.NewResponseController(w), exchange: &exchange{w: w}}
		var want []string
		in := sse.NewReader(strings.NewReader(string(stream)), 1<<16, nil)
		for {
			b, err := in.Block(nil)
			if err != nil {
				break
			}
			if err := s.tell(b); err != nil {
				t.Fatal(err)
			}
			if b.HasData {
				want = append(want, strings.ReplaceAll(string(b.Data), "\n", " "))
			}
		}
		out := sse.NewReader(w.Body, 1<<17, nil)
		for i := 0; ; i++ {
			e, err := out.Next()
			if errors.Is(err, io.EOF) && i == len(want) {
				return
			}
			if err != nil || i >= len(want) || string(e.Data) != want[i] {
				t.Fatalf("event %d of %q: %q, %v", i, stream, e.Data, err)
			}
		}
	})
}
