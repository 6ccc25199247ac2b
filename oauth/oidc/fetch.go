package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/oauth"
)

// maxDocumentBytes bounds a discovery document or a JWK Set after decompression.
const maxDocumentBytes = 1 << 20

// fetcher reads small JSON documents from an issuer.
type fetcher struct {
	client  *http.Client
	timeout time.Duration // for the whole exchange, body included
}

// newFetcher copies client so that redirects and cookies are off whatever its
// owner set: an issuer's keys come from the address that was configured or
// discovered and from nowhere else.
func newFetcher(client *http.Client, timeout time.Duration) fetcher {
	return fetcher{client: hardened(client), timeout: timeout}
}

func hardened(client *http.Client) *http.Client {
	c := *client
	if c.Transport == nil {
		c.Transport = http.DefaultTransport // as http.Client does
	}
	c.Transport = fetch.Explain(c.Transport)
	c.Jar = nil
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// newTransport is the transport used when none is given: that of all
// authorities, with small limits. roots, unless nil, take the place of the system's.
func newTransport(roots *x509.CertPool) *http.Transport {
	t := fetch.NewTransport(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	t.MaxConnsPerHost = 4
	t.DisableCompression = false // key sets are large; what they expand to is bounded
	return t
}

// getJSON fetches url. Errors: oauth.ErrUnavailable when there was no complete
// answer with status 200 in time, oauth.ErrInvalidResponse when the answer is too
// large or not JSON.
func (f fetcher) getJSON(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	data, err := f.get(ctx, url)
	if late := lateness(ctx); late != nil {
		return nil, late
	}
	return data, err
}

// lateness is an error once the time of an exchange is over. What came of it by
// then counts as no answer: it may be what our hanging up made of it.
func lateness(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", oauth.ErrUnavailable, err)
	}
	return nil
}

func (f fetcher) get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", oauth.ErrUnavailable, err)
	}
	req.Header.Set("Accept", "application/json, application/jwk-set+json")
	resp, err := f.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", oauth.ErrUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := checkResponse(resp); err != nil {
		return nil, fmt.Errorf("GET %s: %w", url, err)
	}
	data, err := readLimited(resp.Body, maxDocumentBytes)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", url, err)
	}
	return data, nil
}

func checkResponse(resp *http.Response) error {
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return fmt.Errorf("%w: status %d; redirects are not followed, configure the final address", oauth.ErrUnavailable, resp.StatusCode)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: status %d", oauth.ErrUnavailable, resp.StatusCode)
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || (media != "application/json" && !strings.HasSuffix(media, "+json")) {
		return fmt.Errorf("%w: content type is not JSON", oauth.ErrInvalidResponse)
	}
	return nil
}

// errTooLarge marks an answer over its limit.
var errTooLarge = errors.New("answer is too large")

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", oauth.ErrUnavailable, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: %w, over %d bytes", oauth.ErrInvalidResponse, errTooLarge, limit)
	}
	return data, nil
}
