package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// serve returns a connection to a handler.
func serve(t *testing.T, handler http.HandlerFunc) *connection {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos, config.ServerName = []string{"http/1.1"}, "example.com"
	c, err := connect(t.Context(), server.Listener.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestExchange(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/chunked":
			for range 3 {
				_, _ = w.Write(body)
				_ = http.NewResponseController(w).Flush()
			}
		case "/nothing":
			w.WriteHeader(http.StatusTeapot)
		default:
			_, _ = io.WriteString(w, r.Header.Get("X-Said")+string(body))
		}
	})
	for range 2 { // on one connection
		for _, test := range []struct {
			path   string
			status int
			body   string
		}{{"/", 200, "so hello"}, {"/chunked", 200, " hello hello hello"}, {"/nothing", 418, ""}} {
			status, body, err := c.exchange(encode(http.MethodPost, "agent", test.path, http.Header{"X-Said": {"so"}}, []byte(" hello")))
			if err != nil || status != test.status || string(body) != test.body {
				t.Errorf("%s: %d %q, %v; want %d %q", test.path, status, body, err, test.status, test.body)
			}
		}
	}
}

func TestReadHeadRefusesWhatIsNoAnswer(t *testing.T) {
	for _, text := range []string{"SSH-2.0-x\r\n\r\n", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"} {
		if _, _, err := readHead(bufio.NewReader(strings.NewReader(text))); !errors.Is(err, errAnswer) {
			t.Errorf("%q: %v, want errAnswer", text, err)
		}
	}
	if _, _, err := readHead(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\n"))); !errors.Is(err, io.EOF) {
		t.Errorf("half an answer: %v, want EOF", err)
	}
}

func TestDriveSendsEachRequestOnce(t *testing.T) {
	seen := make(chan string, 10)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- string(body)
	})
	var requests [][]byte
	for _, text := range []string{"a", "b", "c"} {
		requests = append(requests, encode(http.MethodPost, "agent", "/", nil, []byte(text)))
	}
	var stop atomic.Bool
	took, err := drive([]*connection{c}, &stock{requests: requests}, false, &stop)
	close(seen)
	if got := slices.Collect(chanValues(seen)); err != nil || len(took) != 3 || !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("%d durations, %q, %v", len(took), got, err)
	}
	s := &stock{requests: requests, again: true}
	for range 4 {
		s.take()
	}
	if got := s.take(); !bytes.Equal(got, requests[1]) {
		t.Errorf("the fifth of three is %q", got)
	}
}

func chanValues(c <-chan string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

func TestDriveEndsAtARefusal(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		result bool
	}{{http.StatusTooManyRequests, "{}", false}, {http.StatusOK, `{"error":{}}`, true}} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		var stop atomic.Bool
		s := &stock{requests: [][]byte{encode(http.MethodPost, "agent", "/", nil, nil)}, again: true}
		if _, err := drive([]*connection{c}, s, test.result, &stop); !errors.Is(err, errAnswer) || !stop.Load() {
			t.Errorf("%d %s: %v, stopped %t; want errAnswer", test.status, test.body, err, stop.Load())
		}
	}
}
