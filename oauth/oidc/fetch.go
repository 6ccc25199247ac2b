package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
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
	client  fetch.Client
	timeout time.Duration // for the whole exchange, body included
}

// newTransport is the transport used when none is given: that of all
// authorities, with small limits. roots, unless nil, take the place of the system's.
func newTransport(roots *x509.CertPool) *http.Transport {
	t := fetch.NewTransport(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	t.MaxConnsPerHost = 4
	t.DisableCompression = false // key sets are large; what they expand to is bounded
	return t
}

// getJSON fetches url: an issuer's keys come from the address that was
// configured or discovered and from nowhere else. Errors: oauth.ErrUnavailable
// when there was no complete answer with status 200 in time,
// oauth.ErrInvalidResponse when the answer is too large or not JSON.
func (f fetcher) getJSON(ctx context.Context, url string) ([]byte, error) {
	answer, err := f.client.Do(ctx, fetch.Question{
		Method: http.MethodGet, URL: url, Accept: "application/json, application/jwk-set+json",
		Timeout: f.timeout, Limit: maxDocumentBytes, Media: isJSON,
	})
	failed, ok := errors.AsType[*fetch.Failure](err)
	switch {
	case !ok:
		return answer.Body, nil
	case failed.Status == 0:
		return nil, meaning(failed, maxDocumentBytes)
	}
	return nil, fmt.Errorf("GET %s: %w", url, meaning(failed, maxDocumentBytes))
}

func isJSON(h http.Header) bool {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// meaning says what a failed exchange means for a token, or for ours.
func meaning(failed *fetch.Failure, limit int) error {
	switch failed.Class {
	case fetch.Declined:
		if failed.Status >= 300 && failed.Status < 400 {
			return fmt.Errorf("%w: status %d; redirects are not followed, configure the final address", oauth.ErrUnavailable, failed.Status)
		}
		return fmt.Errorf("%w: status %d", oauth.ErrUnavailable, failed.Status)
	case fetch.Malformed:
		return fmt.Errorf("%w: content type is not JSON", oauth.ErrInvalidResponse)
	case fetch.TooLong:
		return fmt.Errorf("%w: %w, over %d bytes", oauth.ErrInvalidResponse, fetch.ErrTooLong, limit)
	}
	return fmt.Errorf("%w: %w", oauth.ErrUnavailable, failed.Err)
}
