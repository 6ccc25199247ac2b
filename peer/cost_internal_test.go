package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/costtest"
)

// replies are results of a call that hold the worst JSON where a task may.
func replies(size int) []costtest.Input {
	var all []costtest.Input
	task := func(name, member, value string) {
		all = append(all, costtest.Input{Name: name, JSON: `{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"` + member + `":` + value + `}}`})
	}
	for _, in := range costtest.All(size, maxDepth-10) {
		task(in.Name, "metadata", in.JSON)
	}
	for _, list := range []string{"artifacts", "history"} {
		task("empty "+list, list, costtest.Repeat(`{}`, size))
		task("empty parts in "+list, list, `[{"parts":`+costtest.Repeat(`{}`, size)+`}]`)
		task("parts of empty text in "+list, list, `[{"parts":`+costtest.Repeat(`{"text":""}`, size)+`}]`)
		task("parts of a letter in "+list, list, `[{"parts":`+costtest.Repeat(`{"text":"a"}`, size)+`}]`)
	}
	return all
}

func BenchmarkParseReplyWorst(b *testing.B) {
	costtest.Bench(b, replies(1<<20), func(body []byte) { _, _ = parseReply(b.Context(), body) })
}

func cards(size int) []costtest.Input {
	var all []costtest.Input
	card := func(name, member, value string) {
		all = append(all, costtest.Input{Name: name, JSON: `{"name":"n","url":"https://h:1/","` + member + `":` + value + `}`})
	}
	for _, in := range costtest.All(size, maxDepth-10) {
		card(in.Name, "skills", in.JSON)
	}
	card("interfaces", "supportedInterfaces", costtest.Repeat(`{}`, size))
	card("other interfaces", "additionalInterfaces", costtest.Repeat(`{}`, size))
	card("extensions", "capabilities", `{"extensions":`+costtest.Repeat(`{}`, size)+`}`)
	return all
}

func BenchmarkParseCardWorst(b *testing.B) {
	costtest.Bench(b, cards(card.MaxSize-200), func(body []byte) { _, _ = parseCard(body) })
}

// A result wraps its task or message once; what wraps more is none, at a cost
// that does not grow with how often it does.
func TestHostile174WrappedReply(t *testing.T) {
	t.Parallel()
	const task = `{"id":"t","status":{"state":"completed"}}`
	wrapped := func(n int) []byte {
		return []byte(strings.Repeat(`{"task":`, n) + task + strings.Repeat(`}`, n))
	}
	for n := range 2 {
		if reply, err := parseReply(t.Context(), wrapped(n)); err != nil || reply.TaskID != "t" || string(reply.Raw) != task {
			t.Errorf("wrapped %d times: %+v, %v", n, reply, err)
		}
	}
	for _, n := range []int{2, 3, maxDepth, 9000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			if reply, err := parseReply(t.Context(), wrapped(n)); !errors.Is(err, ErrReply) {
				t.Errorf("%+v, %v, want ErrReply", reply, err)
			}
		})
	}
}

// The depth of an answer is judged before anything else of it.
func TestHostile174NestedReply(t *testing.T) {
	t.Parallel()
	serve := func(body string) error {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		defer server.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = exchange(server.Client(), req, 2<<20)
		return err
	}
	if err := serve(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)); err != nil {
		t.Errorf("%d deep: %v", maxDepth, err)
	}
	const wrapper = `{"task":`
	filling := strings.Repeat(" ", 1<<20-9000*len(wrapper))
	for name, body := range map[string]string{
		"one too many":    strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
		"9,000 deep":      strings.Repeat(wrapper, 9000) + filling + strings.Repeat("}", 9000),
		"without an end":  strings.Repeat(wrapper, 100_000),
		"of many results": `{"jsonrpc":"2.0","id":"1","result":` + strings.Repeat(wrapper, 9000) + "{}" + strings.Repeat("}", 9001),
	} {
		t.Run(name, func(t *testing.T) {
			if err := serve(body); !errors.Is(err, ErrReply) {
				t.Errorf("%v, want ErrReply", err)
			}
		})
	}
}

// The end of the context ends the reading of a reply with its own cause.
func TestHostile174ReadingAReplyEndsWithTheContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	body := []byte(`{"id":"t","status":{"state":"completed"},"artifacts":[{"parts":[{"text":"x"}]}]}`)
	if _, err := parseReply(ctx, body); !errors.Is(err, cause) {
		t.Errorf("error %v, want the cause of the context's end", err)
	}
}

// So does an end that comes while it is read.
func TestHostile174ReadingAReplyStopsHalfway(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	list := jsontext.Value(costtest.Repeat("{}", 1<<20))
	visited := 0
	err := eachEntry(ctx, &list, func(wireMessage) error {
		if visited++; visited == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || visited != 10 {
		t.Errorf("%d entries were read, %v", visited, err)
	}
}

// No reply and no card costs more than a constant times an ordinary one.
func TestHostile174RepliesCostWhatTheirLengthDoes(t *testing.T) {
	t.Parallel()
	const size = 64 << 10
	limit := costtest.Limit{Times: 25, Floor: 100 * time.Millisecond, Bytes: 34 * size}
	costtest.Bounded(t, replies(size), limit, func(body []byte) { _, _ = parseReply(t.Context(), body) })
	costtest.Bounded(t, replies(size), limit, func(body []byte) { _, _ = parseUpdate(t.Context(), body) })
	costtest.Bounded(t, cards(card.MaxSize-200), limit, func(body []byte) { _, _ = parseCard(body) })
}
