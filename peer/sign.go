package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/getbindu/bindu-go/identity/signature"
)

// maxRequest bounds a request body; agents take 2 MiB unless set otherwise.
const maxRequest = 64 << 20

// HTTPClient returns a client for requests to p and nobody else: each is sent
// on a connection whose certificate proves p.DID, with our token, and signed
// anew. It suits the transports of a2a-go; [Client.Send] uses it too.
// Where the peer has to sign its answers ([Peer.SignedAnswers]) they are verified before
// they are handed out: one that is not signed is [ErrUnsigned], or a refusal that nobody
// proves, one that is not as it was signed [ErrAnswerSignature], and a stream without its
// signed end [ErrCut]. Redirects are returned, not followed. A request to another host is
// [ErrAddress]. Each request is sent once: one that is refused because of its token is so
// again until [Config.Token] returns another.
func (c *Client) HTTPClient(p Peer) (*http.Client, error) {
	if p.DID.IsZero() {
		return nil, fmt.Errorf("%w: no DID says who must answer", ErrAddress)
	}
	u, err := c.address(p.URL)
	if err != nil {
		return nil, err
	}
	return httpClient(&signer{client: c, peer: p, url: u}), nil
}

// signer is an [http.RoundTripper] that proves who is calling.
type signer struct {
	client *Client
	peer   Peer
	url    *url.URL
}

// RoundTrip implements [http.RoundTripper]. The bytes that are signed are the
// bytes that are sent.
func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	if req.URL.Scheme != s.url.Scheme || req.URL.Host != s.url.Host {
		return nil, fmt.Errorf("%w: the request is for %s, the peer is at %s", ErrAddress, req.URL.Host, s.url.Host)
	}
	transport, err := s.client.pool(s.peer.connections())
	if err != nil {
		return nil, err
	}
	signed := req.Clone(req.Context())
	if err := s.client.authorize(signed); err != nil {
		return nil, err
	}
	if err := s.client.sign(signed, s.peer, body); err != nil {
		return nil, err
	}
	if len(body) > 0 {
		signed.ContentLength = int64(len(body))
		signed.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		signed.Body, _ = signed.GetBody() // cannot fail
	} else {
		signed.Body, signed.GetBody, signed.ContentLength = nil, nil, 0
	}
	resp, err := roundTripper{transport}.RoundTrip(signed)
	if err != nil || !s.peer.demands() {
		return resp, err
	}
	return s.proved(signed, body, resp)
}

// readBody reads and closes the body, as a RoundTripper must.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
	if err = errors.Join(err, req.Body.Close()); err != nil {
		return nil, err
	}
	if len(body) > maxRequest {
		return nil, fmt.Errorf("the request body has more than %d bytes", maxRequest)
	}
	return body, nil
}

func (c *Client) authorize(req *http.Request) error {
	req.Header.Del("Authorization")
	if c.cfg.Token == nil {
		return nil
	}
	token, err := c.cfg.Token(req.Context())
	if err != nil {
		return tokenError(req.Context(), err)
	}
	if token == "" {
		return nil
	}
	if err := c.checkToken(token); err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if b, ok := req.Context().Value(bearerKey{}).(*bearer); ok {
		b.token = token
	}
	return nil
}

func tokenError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w: %w", ErrToken, err)
}

func (c *Client) sign(req *http.Request, p Peer, body []byte) error {
	for _, name := range signature.HeaderNames() {
		req.Header.Del(name)
	}
	h, err := signature.SignHeader(c.cfg.Key, p.scheme(), signature.Request{
		DID: c.cfg.DID, Timestamp: c.cfg.Now().Unix(), Body: body, Audience: p.DID,
		Method: req.Method, Target: req.URL.RequestURI(), ContentType: req.Header.Get("Content-Type"),
	}, c.cfg.Rand)
	if err != nil {
		return err
	}
	maps.Copy(req.Header, h)
	return p.demand(req.Header)
}
