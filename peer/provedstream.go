package peer

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/getbindu/bindu-go/identity/signature"
)

// provedEvents is the body of a stream whose events are verified as they are read.
type provedEvents struct {
	*signature.EventReader
	from *received

	mu   sync.Mutex
	kept []byte             // the blocks so far, where somebody wants them
	told func([]byte, bool) // nil where nobody does, and once somebody was told
}

// received is what comes of a stream.
type received struct {
	io.ReadCloser
	err error // that of the connection
}

// Read implements [io.Reader].
func (r *received) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// maxEvidence bounds what is kept of one stream for evidence, in bytes.
const maxEvidence = 64 << 20

func provedStream(resp *http.Response, key ed25519.PublicKey, b signature.Binding, told func([]byte, bool)) (*http.Response, error) {
	from := &received{ReadCloser: resp.Body}
	var events *signature.EventReader
	var err error
	if isGRPC(resp.Header) {
		events, err = signature.NewMessageReader(from, maxReply, b, key, resp.Header, func() (http.Header, signature.GRPCStatus, error) {
			status, err := signature.ReadGRPCStatus(resp.Trailer)
			return resp.Trailer, status, err
		})
	} else {
		events, err = signature.NewEventReader(from, maxReply, b, key, resp.Header)
	}
	if err != nil {
		resp.Body.Close()
		return nil, notProved(err)
	}
	body := &provedEvents{EventReader: events, from: from, told: told}
	if told != nil {
		events.Keep(body.keep)
	}
	resp.Body = body
	return resp, nil
}

func (b *provedEvents) keep(block []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.kept)+len(block) > maxEvidence {
		return fmt.Errorf("%w: evidence has room for %d bytes of a stream", ErrTooLarge, maxEvidence)
	}
	b.kept = append(b.kept, block...)
	return nil
}

// over tells once what came, and whether that is all. Of a stream that broke off before
// anything came there is nothing to tell.
func (b *provedEvents) over(whole bool) {
	b.mu.Lock()
	told, kept := b.told, b.kept
	b.told = nil
	b.mu.Unlock()
	if told != nil && (whole || len(kept) > 0) {
		told(kept, whole)
	}
}

// Read implements [io.Reader]: see [signature.EventReader].
func (b *provedEvents) Read(p []byte) (int, error) {
	n, err := b.EventReader.Read(p)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, signature.ErrEventTooLarge), errors.Is(err, ErrTooLarge):
	case b.from.err != nil:
		err = b.from.err
	case errors.Is(err, io.EOF):
	case errors.Is(err, signature.ErrCut):
		err = fmt.Errorf("%w: %w", ErrCut, ErrUnreachable)
	default:
		err = notProved(err)
	}
	b.over(errors.Is(err, io.EOF))
	return n, err
}

// Close implements [io.Closer].
func (b *provedEvents) Close() error {
	b.over(false)
	return b.from.Close()
}
