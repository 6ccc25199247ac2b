package hostile

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/getbindu/bindu-go/internal/probe"
)

// answerRows are those of answers that nobody takes, and of the admin port.
func answerRows() []row {
	return []row{
		{number: 91, reason: "held_headers", sent: "100 requests of strangers with headers of 30 KB over one HTTP/2 connection, whose bodies do not come", gets: "twice what came is held, until LIMITS__BODY_TIMEOUT", with: "LIMITS__BODY_TIMEOUT=10m", run: heldHeaders},
		{number: 172, reason: "rate_limited", sent: "60 requests of one DID for lists of 15 MiB that it does not read", gets: "answers of 64 MiB are held, the other requests get 429 `rate_limited`; others are served, and so is the DID when it reads", run: unreadLists},
		{number: 172, reason: "repeated_message", sent: "a message whose task holds 2 MiB, repeated by a caller that does not read the answers", gets: "429 `rate_limited` beyond LIMITS__ANSWER_BYTES_PER_DID", with: "LIMITS__ANSWER_BYTES_PER_DID=5MiB", run: unreadRepeats},
		{number: 179, reason: "foreign_host", sent: "to the admin port: another host's name", gets: "421; addresses, localhost and the configured names are answered", with: "NETWORK__ADMIN_HOSTS=agent.internal", run: foreignHost},
	}
}

// unread sends bodies on one HTTP/2 connection that takes no byte of any
// answer, and returns how many got which status. The connection stays open.
func unread(t *testing.T, s *shot, bodies [][]byte, more ...spoil) (statuses map[int]int, hangUp func()) {
	t.Helper()
	c := dialHTTP2(t, s, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	for i, body := range bodies {
		one := aimAs(t, s.h, s.caller)
		one.token, one.body = s.token, body
		both(more...)(one)
		one.bytes() // signs
		s.token = one.token
		id := uint32(2*i + 1)
		if err := errors.Join(
			c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.request(one), EndHeaders: true}),
			c.framer.WriteData(id, true, body), c.out.Flush()); err != nil {
			t.Fatal(err)
		}
	}
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	statuses = make(map[int]int)
	for range bodies {
		for {
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
				break
			}
		}
	}
	return statuses, func() { c.conn.Close() }
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
	runtime.GC()
	runtime.ReadMemStats(&before)
	bodies := make([][]byte, 60)
	for i := range bodies {
		bodies[i] = listOfAll()
	}
	statuses, hangUp := unread(t, aimAs(t, h, c), bodies, version1)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%v, the heap grew by %d MiB", statuses, held>>20)
	if held > 80<<20 {
		t.Errorf("the heap grew by %d bytes", held)
	}
	if statuses[http.StatusOK] < 3 || statuses[http.StatusOK]+statuses[http.StatusTooManyRequests] != 60 {
		t.Errorf("answers %v", statuses)
	}
	ok.refuses(aim(t, h), "")
	hangUp()
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
	bodies := make([][]byte, 10)
	for i := range bodies {
		bodies[i] = repeat()
	}
	executed := h.executed.Load()
	statuses, hangUp := unread(t, aimAs(t, h, c), bodies)
	if statuses[http.StatusOK] != 2 || statuses[http.StatusTooManyRequests] != 8 || h.executed.Load() != executed {
		t.Errorf("answers %v", statuses)
	}
	ok.refuses(aim(t, h), "")
	s = aimAs(t, h, c)
	s.body = repeat()
	got := s.send()
	if parsed, data := got.parse(t); got.status != http.StatusTooManyRequests || parsed.Error == nil || parsed.Error.Code != -31410 || data.Reason != "rate_limited" ||
		data.Hint == "" || strings.Contains(data.Hint, "LIMITS__") || got.header.Get("Retry-After") == "" {
		t.Errorf("answer %d %v %.300s", got.status, got.header, got.body)
	}
	hangUp()
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
	runtime.GC()
	runtime.ReadMemStats(&before)
	sent := 0
	for i := range 100 {
		c.buf.Reset()
		for _, f := range []hpack.HeaderField{
			{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: "agent.example"}, {Name: ":path", Value: "/did/resolve"},
			{Name: "x-padding", Value: strings.Repeat(string(rune('a'+i%26)), 30_000), Sensitive: true},
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
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := int64(after.HeapInuse+after.StackInuse) - int64(before.HeapInuse+before.StackInuse)
	t.Logf("%d KiB came, %d KiB are held", sent>>10, held>>10)
	if held > 2*3_000_000+8<<20 { // 8 MiB for whatever else runs in this process
		t.Errorf("%d bytes are held for %d that came", held, sent)
	}
	ok.refuses(aim(t, h), "")
}
