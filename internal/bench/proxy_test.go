package main

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestIntervalsCountOverlapsOnce(t *testing.T) {
	var i intervals
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	i.begin(at(0))
	i.begin(at(2))
	i.end(at(3))
	i.end(at(5))
	i.begin(at(100))
	if got := i.sum(at(101)); got != 6*time.Second {
		t.Errorf("%s, want 6s: 0 to 5, and 100 to 101", got)
	}
	i.end(at(102))
	if got := i.sum(at(200)); got != 7*time.Second {
		t.Errorf("%s, want 7s", got)
	}
}

// TestProxyCountsWhatTheServerOwes: a question is asked, answered a while later
// in two pieces, and then nothing happens.
func TestProxyCountsWhatTheServerOwes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, near := net.Pipe()
		far, server := net.Pipe()
		var owed intervals
		p := &proxy{owed: &owed}
		done := make(chan struct{})
		go func() { p.between(near, far); close(done) }()
		buffer := make([]byte, 8)
		must := func(_ int, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		must(client.Write([]byte("question")))
		must(io.ReadFull(server, buffer))
		time.Sleep(3 * time.Second)
		must(server.Write([]byte("ans")))
		must(io.ReadFull(client, buffer[:3]))
		time.Sleep(5 * time.Second)
		must(server.Write([]byte("wer")))
		must(io.ReadFull(client, buffer[:3]))
		time.Sleep(7 * time.Second)
		client.Close()
		server.Close()
		<-done
		if got := owed.sum(time.Now()); got != 3*time.Second {
			t.Errorf("the server owed for %s, want 3s", got)
		}
	})
}

func TestProxyPasses(t *testing.T) {
	upstream, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer upstream.Close()
	go func() {
		conn, err := upstream.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.Copy(conn, conn)
	}()
	var owed intervals
	p, err := watch(t.Context(), upstream.Addr().String(), &owed)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	conn, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v; want what was sent", got, err)
	}
	if owed.sum(time.Now()) <= 0 {
		t.Error("the server never owed an answer")
	}
}
