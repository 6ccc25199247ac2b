package postgres_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar/postgres"
)

// gateway stands before a server. After forget, connections of before look whole and end
// with the next thing that is sent over them, as behind a firewall that was started anew.
type gateway struct {
	net.Listener
	server string
	age    atomic.Int64
	wait   sync.WaitGroup
}

func newGateway(t *testing.T, server string) *gateway {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{Listener: ln, server: server}
	g.wait.Go(g.accept)
	t.Cleanup(func() { ln.Close(); g.wait.Wait() })
	return g
}

func (g *gateway) forget() { g.age.Add(1) }

func (g *gateway) accept() {
	for {
		client, err := g.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", g.server)
		if err != nil {
			client.Close()
			return
		}
		age := g.age.Load()
		g.wait.Go(func() { _, _ = io.Copy(client, server); client.Close() })
		g.wait.Go(func() { _, _ = io.Copy(sender{g, age, server}, client); server.Close() })
	}
}

// sender passes on what is sent while the connection is known.
type sender struct {
	g   *gateway
	age int64
	to  io.Writer
}

func (s sender) Write(p []byte) (int, error) {
	if s.g.age.Load() != s.age {
		return 0, errors.New("forgotten")
	}
	return s.to.Write(p)
}

// Connections that are dead, and do not look it, are not the next request's fault.
func TestConnectionsThatOnlyLookAlive(t *testing.T) {
	server := postgrestest.Shared(t)
	for name, use := range map[string]func(*postgres.Store) error{
		"a change":   func(s *postgres.Store) error { return s.Change(t.Context(), advance) },
		"a question": func(s *postgres.Store) error { return s.Ping(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			at := fmt.Sprintf("127.0.0.1:%d", server.Port)
			g := newGateway(t, at)
			store := open(t, parse(t, strings.Replace(server.Address(server.Database(t), nil), at, g.Addr().String(), 1)))
			for range 3 {
				for range 2 { // the second use of a connection is the first that nothing is tried before
					if err := use(store); err != nil {
						t.Error(err)
					}
				}
				g.forget()
			}
		})
	}
}
