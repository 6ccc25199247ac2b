package registrartest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
	"github.com/getbindu/bindu-go/identity/signature"
)

// Listener is an agent that follows revocations over a connection that holds nothing:
// what it does not read, the registrar has to wait with.
type Listener struct {
	*Fixture
	Agent
	// Status is that of the answer, once it has begun or Done is closed.
	Status int
	// Done is closed when the registrar has ended the stream.
	Done chan struct{}
	// Sent are the headers of its request.
	Sent   http.Header
	nonce  string
	cancel context.CancelFunc
	conn   net.Conn
	lines  *bufio.Reader
	answer *piped
}

// piped is an answer that is written to a connection.
type piped struct {
	net.Conn
	header http.Header
	status int
}

func (p *piped) Header() http.Header    { return p.header }
func (p *piped) WriteHeader(status int) { p.status = status }
func (p *piped) FlushError() error      { return nil }
func (p *piped) Write(data []byte) (int, error) {
	if p.status == 0 {
		p.status = http.StatusOK
	}
	return p.Conn.Write(data)
}

// Listen has an agent follow DIDs at a replica.
func (f *Fixture) Listen(at http.Handler, a Agent, dids ...did.DID) *Listener {
	f.Helper()
	req := a.Sign(f, a.Following(f.Config.Self, dids, f.Config.Now()))
	ctx, cancel := context.WithCancel(req.Context())
	ours, theirs := net.Pipe()
	l := &Listener{
		Fixture: f, Agent: a, Done: make(chan struct{}), Sent: req.Header.Clone(), nonce: signature.NonceOf(req.Header), cancel: cancel,
		conn: ours, lines: bufio.NewReaderSize(ours, revocation.MaxBytes), answer: &piped{Conn: theirs, header: http.Header{}},
	}
	go func() {
		defer close(l.Done)
		at.ServeHTTP(l.answer, req.WithContext(ctx))
		l.Status = l.answer.status
		_ = theirs.Close()
	}()
	f.Cleanup(l.Leave) // also where the test has failed
	return l
}

// Next waits for the next message, and fails the test unless it is one of the stream.
func (l *Listener) Next() revocation.Message {
	l.Helper()
	line, err := l.lines.ReadBytes('\n')
	if err != nil {
		l.Fatalf("the stream ends: %v", err)
	}
	if empty, err := l.lines.ReadBytes('\n'); err != nil || len(empty) != 1 {
		l.Fatalf("after %q comes %q, %v", line, empty, err)
	}
	data, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("data: "))
	m, err := revocation.Verify(data, l.Config.Self, l.DID, l.nonce)
	if !ok || err != nil {
		l.Fatalf("%q: %v", line, err)
	}
	return m
}

// Quiet reports whether nothing comes for a time.
func (l *Listener) Quiet(d time.Duration) bool {
	_ = l.conn.SetReadDeadline(time.Now().Add(d))
	_, err := l.lines.Peek(1)
	_ = l.conn.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// Await reads until a message has events or ends the stream.
func (l *Listener) Await() revocation.Message {
	l.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if m := l.Next(); len(m.Events) > 0 || m.End != "" {
			return m
		}
	}
	l.Fatal("nothing is told for a minute")
	return revocation.Message{}
}

// Ended waits until the registrar has ended the stream, and fails the test if it does not.
func (l *Listener) Ended() {
	l.Helper()
	select {
	case <-l.Done:
	case <-time.After(time.Minute):
		l.Fatal("the stream does not end")
	}
}

// Leave hangs up, and waits until the registrar has seen it.
func (l *Listener) Leave() {
	l.cancel()
	_ = l.conn.Close()
	<-l.Done
}
