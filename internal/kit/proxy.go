package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// maxBody bounds a request of a kit, in bytes.
const maxBody = 8 << 20

// proxy forwards requests with what proves that they are a caller's.
type proxy struct {
	caller agent.Outbound
	callee did.DID
	target *url.URL
	here   string // the address of the plain port
	plain  bool   // add no proofs: for what a kit says of strangers
	ids    messageIDs
}

func (p *proxy) handler() http.Handler {
	forward := p.reverse()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := p.prove(r, p.ids.unique(body)); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		forward.ServeHTTP(w, r)
	})
}

func (p *proxy) reverse() *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport: &http.Transport{TLSClientConfig: p.caller.TLS(p.callee), ForceAttemptHTTP2: true, DisableCompression: true},
		// No FlushInterval: streams are flushed without it, and a status of gRPC that stands in the
		// headers alone has to end the stream with them, or clients see no status.
		ModifyResponse: p.relocate,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(p.target)
			r.Out.Host = p.target.Host
		},
	}
}

// isCard reports a request for a card, which is for everybody.
func isCard(r *http.Request) bool { return strings.Contains(r.URL.Path, "/.well-known/") }

// prove adds token and signature over what is sent.
func (p *proxy) prove(r *http.Request, body []byte) error {
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if len(body) == 0 {
		r.Body = http.NoBody
		r.Header.Del("Content-Type")
	}
	if p.plain || isCard(r) {
		return nil
	}
	token, err := p.caller.Token(r.Context())
	if err != nil {
		return fmt.Errorf("the token of the caller: %w", err)
	}
	header, err := signature.SignHeader(p.caller.Key, signature.Octets1, signature.Request{
		DID: p.caller.DID, Timestamp: time.Now().Unix(), Body: body, Audience: p.callee,
		Method: r.Method, Target: r.URL.RequestURI(), ContentType: r.Header.Get("Content-Type"),
	}, nil)
	if err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	maps.Copy(r.Header, header)
	return nil
}

// relocate writes the address of the plain port into a card.
func (p *proxy) relocate(resp *http.Response) error {
	return rewrite(resp, p.target.String(), "http://"+p.here, p.target.Host, p.here)
}

// rewrite replaces texts in a card, each by the one behind it.
func rewrite(resp *http.Response, pairs ...string) error {
	if !isCard(resp.Request) || resp.StatusCode != http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return err
	}
	body = []byte(strings.NewReplacer(pairs...).Replace(string(body)))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// messageID finds the id of a message in JSON, and in a message of gRPC, where it is the
// first field. What the kit makes of it ends with eight digits of its session.
var messageID = regexp.MustCompile(`(?:"(?:messageId|message_id)":\s*"|\x0a[\x00-\x7f])tck-[a-z0-9-]*-([0-9a-f]{8})`)

// messageIDs gives messages whose id the kit has used before another one, of the same
// length: it takes a repeat for a message of its own.
type messageIDs struct {
	mu   sync.Mutex
	seen map[string]int
}

func (m *messageIDs) unique(body []byte) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil {
		m.seen = make(map[string]int)
	}
	return messageID.ReplaceAllFunc(body, func(member []byte) []byte {
		id := string(member[bytes.Index(member, []byte("tck-")):]) // one in all bindings
		if m.seen[id]++; m.seen[id] == 1 {
			return member
		}
		at := len(member) - 8
		session, _ := strconv.ParseUint(string(member[at:]), 16, 32) // eight such digits
		return fmt.Appendf(nil, "%s%08x", member[:at], uint32(session)+uint32(m.seen[id])-1)
	})
}
