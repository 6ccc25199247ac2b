package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
)

// maxSeen is how much of an answer is looked at for the words of a TLS server.
const maxSeen = 2 << 10

// Explain returns a transport whose failures are [*Error], or what the context
// of the request says where its caller gave up. A TLS server that answers plain
// http in plain HTTP, to say that it wants TLS, has not answered either.
func Explain(next http.RoundTripper) http.RoundTripper {
	if done, ok := next.(*explained); ok {
		return done
	}
	return &explained{next}
}

type explained struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t *explained) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	switch {
	case err == nil:
		return CheckAnswer(req, resp)
	case errors.Is(context.Cause(req.Context()), context.Canceled):
		return nil, err
	}
	return nil, Describe(err, req.URL)
}

// CloseIdleConnections lets http.Client close those of the transport beneath.
func (t *explained) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// errWantsTLS: the words of a TLS server to somebody who speaks plain HTTP.
var errWantsTLS = errors.New("the server wants TLS")

// tlsServers are parts of what Go's server, nginx, Apache httpd and Tomcat say.
func tlsServers() [4][]byte {
	return [...][]byte{
		[]byte("HTTP request to an HTTPS server"), []byte("plain HTTP request was sent to HTTPS port"),
		[]byte("speaking plain HTTP to an SSL-enabled server port"), []byte("combination of host and port requires TLS"),
	}
}

// CheckAnswer returns the answer whole, or an [*Error] if it is that of a TLS
// server to plain http.
func CheckAnswer(req *http.Request, resp *http.Response) (*http.Response, error) {
	if req.URL.Scheme != "http" || resp.StatusCode != http.StatusBadRequest {
		return resp, nil
	}
	begin, err := io.ReadAll(io.LimitReader(resp.Body, maxSeen))
	for _, words := range tlsServers() {
		if bytes.Contains(begin, words) {
			_ = resp.Body.Close()
			return nil, &Error{Kind: SpeaksTLS, Host: req.URL.Host, Err: errWantsTLS}
		}
	}
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(begin), rest), resp.Body}
	return resp, nil
}

// failing gives back the error that was met while looking.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
