package faultproxy

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// conn is one connection of a client. Its methods return when it is over; the
// caller closes it.
type conn struct {
	ctx    context.Context
	client net.Conn
	target string
}

// pass connects both sides until either ends.
func (c *conn) pass() { c.relay(io.Copy) }

// relay passes the client's side on, and the server's as answer says.
func (c *conn) relay(answer func(to io.Writer, from io.Reader) (int64, error)) {
	server, err := new(net.Dialer).DialContext(c.ctx, "tcp", c.target)
	if err != nil {
		c.reset()
		return
	}
	defer server.Close()
	stop := context.AfterFunc(c.ctx, func() { server.Close() })
	defer stop()
	var both sync.WaitGroup
	both.Go(func() {
		_, _ = io.Copy(server, c.client)
		if tcp, ok := server.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	})
	_, _ = answer(c.client, server)
	c.client.Close()
	both.Wait()
}

// reset ends the connection with RST.
func (c *conn) reset() {
	if tcp, ok := c.client.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	c.client.Close()
}

// hold keeps the connection and never looks at it.
func (c *conn) hold() { <-c.ctx.Done() }

// swallow reads until the client gives up.
func (c *conn) swallow() { _, _ = io.Copy(io.Discard, c.client) }

// answer waits for the client to speak, and says that.
func (c *conn) answer(what []byte) {
	if _, err := c.client.Read(make([]byte, 64<<10)); err != nil {
		return
	}
	if _, err := c.client.Write(what); err != nil {
		return
	}
	if tcp, ok := c.client.(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // closing with unread bytes would reset what was said
	}
	c.swallow()
}

// truncate ends the server's answer after its first bytes.
func (c *conn) truncate() {
	c.relay(func(to io.Writer, from io.Reader) (int64, error) { return io.CopyN(to, from, 100) })
}

// crawl passes a byte a second.
func (c *conn) crawl() {
	c.relay(func(to io.Writer, from io.Reader) (int64, error) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for n := int64(0); ; n++ {
			if _, err := io.CopyN(to, from, 1); err != nil {
				return n, err
			}
			select {
			case <-tick.C:
			case <-c.ctx.Done():
				return n, c.ctx.Err()
			}
		}
	})
}
