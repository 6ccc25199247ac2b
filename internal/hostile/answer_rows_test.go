package hostile

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/getbindu/bindu-go/internal/probe"
)

// answerRows are those of answers that nobody takes, and of the admin port.
func answerRows() []row {
	return []row{
		{number: 91, reason: "held_headers", sent: "100 requests of strangers with headers of 30 KB over one HTTP/2 connection, whose bodies do not come", gets: "at most twice their size is held, until LIMITS__BODY_TIMEOUT", with: "LIMITS__BODY_TIMEOUT=10m", run: heldHeaders},
		{number: 172, reason: "rate_limited", sent: "60 requests of one DID for lists of 15 MiB that it does not read", gets: "answers of that size are held and made one by one, the other requests get 429 `rate_limited`; others are served, and so is the DID when it reads", with: "LIMITS__ANSWER_BYTES_PER_DID=16MiB", run: unreadLists},
		{number: 172, reason: "repeated_message", sent: "a message whose task holds 2 MiB, repeated by a caller that does not read the answers", gets: "429 `rate_limited` beyond LIMITS__ANSWER_BYTES_PER_DID", with: "LIMITS__ANSWER_BYTES_PER_DID=5MiB", run: unreadRepeats},
		{number: 179, reason: "foreign_host", sent: "to the admin port: another host's name", gets: "421; addresses, localhost and the configured names are answered", with: "NETWORK__ADMIN_HOSTS=agent.internal", run: foreignHost},
	}
}

// unread is an HTTP/2 connection that takes no byte of any answer.
type unread struct {
	*h2
	shot *shot
	more []spoil
	next uint32
}

func dialUnread(t *testing.T, s *shot, more ...spoil) *unread {
	t.Helper()
	c := &unread{h2: dialHTTP2(t, s, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}), shot: s, more: more, next: 1}
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	return c
}

// ask sends requests at once and returns how many were answered how.
func (c *unread) ask(t *testing.T, bodies ...[]byte) map[int]int {
	t.Helper()
	for _, body := range bodies {
		one := aimAs(t, c.shot.h, c.shot.caller)
		one.token, one.body = c.shot.token, body
		both(c.more...)(one)
		one.bytes() // signs
		c.shot.token = one.token
		if err := errors.Join(
			c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: c.next, BlockFragment: c.request(one), EndHeaders: true}),
			c.framer.WriteData(c.next, true, body), c.out.Flush()); err != nil {
			t.Fatal(err)
		}
		c.next += 2
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	statuses := make(map[int]int)
	for answered := 0; answered < len(bodies); {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			t.Fatalf("after %v: %v", statuses, err)
		}
		if f, ok := frame.(*http2.MetaHeadersFrame); ok {
			var status int
			if _, err := fmt.Sscan(f.PseudoValue("status"), &status); err != nil {
				t.Fatal(err)
			}
			statuses[status]++
			answered++
		}
	}
	return statuses
}

var version1 = extra("A2A-Version", "1.0")

func listOfAll() []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"ListTasks","params":{"includeArtifacts":true,"pageSize":100}}`, uuid.NewString())
}

func unreadLists(t *testing.T, h *house) {
	c := h.newCaller(t)
	for range 15 {
		s := aimAs(t, h, c)
		s.body = probe.Message("large 1048576")
		ok.check(t, s.send(), "")
	}
	var before, after runtime.MemStats
	settled(&before)
	held := dialUnread(t, aimAs(t, h, c), version1)
	full := 0 // answers until there is no more room
	for held.ask(t, listOfAll())[http.StatusOK] == 1 {
		if full++; full > 60 {
			t.Fatal("60 answers of 3 MiB are held")
		}
	}
	bodies := make([][]byte, 60)
	for i := range bodies {
		bodies[i] = listOfAll()
	}
	statuses := held.ask(t, bodies...)
	settled(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d answers are held, %v refused, the heap grew by %d MiB", full, statuses, grown>>20)
	if full < 4 || statuses[http.StatusTooManyRequests] != 60 || grown > 32<<20 {
		t.Errorf("%d answers are held, then %v; the heap grew by %d bytes", full, statuses, grown)
	}
	ok.refuses(aim(t, h), "")
	held.conn.Close()
	eventually(t, "it is served when it has let go", func() bool {
		s := aimAs(t, h, c)
		s.body = listOfAll()
		version1(s)
		got := s.send()
		return got.err == nil && got.status == http.StatusOK && strings.Contains(string(got.body), `"nextPageToken":"`)
	})
}

func unreadRepeats(t *testing.T, h *house) {
	c := h.newCaller(t)
	message := probe.Message("large 2000000")
	s := aimAs(t, h, c)
	s.body = message
	ok.check(t, s.send(), "")
	repeat := func() []byte { // another request about the same message
		_, rest, _ := strings.Cut(string(message), `,"method"`)
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method"%s`, uuid.NewString(), rest)
	}
	executed := h.executed.Load()
	held := dialUnread(t, aimAs(t, h, c))
	for i := range 10 {
		want := http.StatusOK
		if i >= 2 {
			want = http.StatusTooManyRequests
		}
		if got := held.ask(t, repeat()); got[want] != 1 {
			t.Errorf("answer %d: %v, want %d", i, got, want)
		}
	}
	if h.executed.Load() != executed {
		t.Error("a repeated message was executed again")
	}
	ok.refuses(aim(t, h), "")
	s = aimAs(t, h, c)
	s.body = repeat()
	got := s.send()
	if parsed, data := got.parse(t); got.status != http.StatusTooManyRequests || parsed.Error == nil || parsed.Error.Code != -31410 || data.Reason != "rate_limited" ||
		data.Hint == "" || strings.Contains(data.Hint, "LIMITS__") || got.header.Get("Retry-After") == "" {
		t.Errorf("answer %d %v %.300s", got.status, got.header, got.body)
	}
	held.conn.Close()
	eventually(t, "it is served when it has let go", func() bool {
		s := aimAs(t, h, c)
		s.body = repeat()
		got := s.send()
		return got.err == nil && got.status == http.StatusOK
	})
}

func foreignHost(t *testing.T, h *house) {
	transport := &http.Transport{DisableKeepAlives: true}
	for host, status := range map[string]int{
		"": 200, "localhost:80": 200, "agent.internal": 200, "10.1.2.3": 200, "evil.example": 421, "evil.example:3774": 421, "agent.example": 421,
	} {
		for _, path := range []string{"/livez", "/readyz", "/metrics", "/nothing"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+h.AdminAddr().String()+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = host
			resp, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if wanted := status; resp.StatusCode != wanted && (path != "/nothing" || wanted != 200 || resp.StatusCode != 404) {
				t.Errorf("%s of %q: %d, want %d", path, host, resp.StatusCode, wanted)
			}
		}
	}
	if n := strings.Count(h.log.String(), "NETWORK__ADMIN_HOSTS"); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// heldHeaders is the most that a connection can make the agent hold before
// anything is proved.
func heldHeaders(t *testing.T, h *house) {
	var before, after runtime.MemStats
	c := dialHTTP2(t, aim(t, h))
	c.served(t)
	settled(&before)
	goroutines := runtime.NumGoroutine()
	sent := 0
	for i := range 100 {
		c.buf.Reset()
		for _, f := range []hpack.HeaderField{
			{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "agent.example"}, {Name: ":path", Value: "/did/resolve"},
			{Name: "content-type", Value: "application/json"}, {Name: "x-padding", Value: strings.Repeat(string(rune('a'+i%26)), 30_000), Sensitive: true},
		} {
			_ = c.enc.WriteField(f)
		}
		block := c.buf.Bytes()
		sent += len(block)
		if err := errors.Join(
			c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 3), BlockFragment: block[:16<<10]}),
			c.framer.WriteContinuation(uint32(2*i+3), true, block[16<<10:]), c.out.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	// The agent answers in turn: behind an answer to PING it has read it all.
	if err := errors.Join(c.framer.WritePing(false, [8]byte{1}), c.out.Flush()); err != nil {
		t.Fatal(err)
	}
	for ping := false; !ping; {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		_, ping = frame.(*http2.PingFrame)
	}
	settled(&after)
	if waiting := runtime.NumGoroutine() - goroutines; waiting < 80 { // others end meanwhile
		t.Errorf("%d requests wait, want about 100", waiting)
	}
	held := int64(after.HeapAlloc+after.StackInuse) - int64(before.HeapAlloc+before.StackInuse)
	t.Logf("%d KiB came, %d KiB are held", sent>>10, held>>10)
	if held > 2*3_000_000+4<<20 { // and what else runs in this process
		t.Errorf("%d bytes are held for %d that came", held, sent)
	}
	ok.refuses(aim(t, h), "")
}

// settled reads what is in use when nothing that is not in use is kept.
func settled(m *runtime.MemStats) {
	for range 3 { // what a pool keeps goes with the second
		runtime.GC()
	}
	runtime.ReadMemStats(m)
}
