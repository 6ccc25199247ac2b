package stepca

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// anchor is what the operator told us to believe; all trust in the CA grows from it.
type anchor struct {
	fingerprints []string            // lower-case hexadecimal SHA-256
	roots        []*x509.Certificate // of RootFile
}

// trust is what a request to the CA is checked against.
type trust struct {
	roots []*x509.Certificate // nil: the system's
	pool  *x509.CertPool      // nil: the system's
}

// maxRootFile bounds a root bundle, on disk and from the CA.
const maxRootFile = 1 << 20

func poolOf(roots []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, root := range roots {
		pool.AddCert(root)
	}
	return pool
}

func newAnchor(cfg Config) (anchor, error) {
	var a anchor
	if cfg.Fingerprint != "" {
		clean := strings.NewReplacer(":", "", "-", "", " ", "").Replace(strings.ToLower(cfg.Fingerprint))
		a.fingerprints = strings.Split(clean, ",")
	}
	for _, fingerprint := range a.fingerprints {
		if raw, err := hex.DecodeString(fingerprint); err != nil || len(raw) != sha256.Size {
			return a, fmt.Errorf("%w: MTLS__CA_FINGERPRINT must be the 64 hexadecimal digits of a SHA-256, several with commas between", ErrConfig)
		}
	}
	if cfg.RootFile == "" {
		return a, nil
	}
	f, err := os.Open(cfg.RootFile)
	if err != nil {
		return a, fmt.Errorf("%w: CA root file: %w", ErrConfig, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRootFile))
	if err != nil {
		return a, fmt.Errorf("%w: CA root file: %w", ErrConfig, err)
	}
	if a.roots, err = mtls.ParseRoots(data); err != nil {
		return a, fmt.Errorf("%w: CA root file %s: %w", ErrConfig, cfg.RootFile, err)
	}
	if len(a.fingerprints) > 0 && !slices.ContainsFunc(a.roots, a.pins) {
		return a, fmt.Errorf("%w: %s has no such certificate", mtls.ErrFingerprintMismatch, cfg.RootFile)
	}
	return a, nil
}

func (a anchor) pins(cert *x509.Certificate) bool {
	sum := sha256.Sum256(cert.Raw)
	return slices.Contains(a.fingerprints, hex.EncodeToString(sum[:]))
}

func (c *Client) currentTrust() *trust {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trust
}

func (c *Client) setTrust(t *trust) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trust = t
}

// establish returns the current trust, or starts it from the anchor.
func (c *Client) establish(ctx context.Context) (*trust, error) {
	if t := c.currentTrust(); t != nil {
		return t, nil
	}
	roots := c.anchor.roots
	if len(roots) == 0 && len(c.anchor.fingerprints) > 0 {
		var err error
		if roots, err = c.pinnedRoots(ctx); err != nil {
			return nil, err
		}
	}
	t := &trust{roots: roots, pool: c.cfg.SystemRoots}
	if len(roots) > 0 {
		t.pool = poolOf(roots)
	}
	c.setTrust(t)
	return t, nil
}

// pinnedRoots downloads the roots with our fingerprints. While a root is being
// replaced the CA may not have the new one yet, or the old one any more: one of
// them is enough.
func (c *Client) pinnedRoots(ctx context.Context) (roots []*x509.Certificate, err error) {
	for _, fingerprint := range c.anchor.fingerprints {
		root, rerr := c.pinnedRoot(ctx, fingerprint)
		switch {
		case rerr == nil:
			roots = append(roots, root)
		case errors.Is(rerr, errNoSuchRoot):
			err = rerr
		default:
			return nil, rerr
		}
	}
	if len(roots) == 0 {
		return nil, err
	}
	return roots, nil
}

var errNoSuchRoot = errors.New("the CA knows no such root")

// pinnedRoot downloads a root by its fingerprint. The connection proves
// nothing; the SHA-256 of what arrives does.
func (c *Client) pinnedRoot(ctx context.Context, fingerprint string) (*x509.Certificate, error) {
	x := c.unverifiedExchange()
	body, err := c.get(ctx, x, c.caURL.JoinPath("root", fingerprint).String())
	if x.status == http.StatusNotFound {
		return nil, fmt.Errorf("%w: %w", mtls.ErrFingerprintMismatch, errNoSuchRoot)
	}
	if err != nil {
		return nil, err
	}
	var answer struct {
		CA string `json:"ca"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("%w: /root answered with something else than a certificate", mtls.ErrFingerprintMismatch)
	}
	roots, err := mtls.ParseRoots([]byte(answer.CA))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: /root answered with something else than the certificate of a CA: %w", mtls.ErrFingerprintMismatch, err)
	case len(roots) != 1 || !c.anchor.pins(roots[0]):
		return nil, fmt.Errorf("%w: the CA answered with another one", mtls.ErrFingerprintMismatch)
	}
	return roots[0], nil
}

// Roots fetches the CA's current roots over trusted TLS and believes them from
// then on, so that a root can be replaced by serving old and new together for
// a while. A CA without a root bundle leaves us with the roots of the anchor.
// The errors are those of [Client.Enrol].
func (c *Client) Roots(ctx context.Context) ([]*x509.Certificate, error) {
	t, err := c.establish(ctx)
	if err != nil {
		return nil, err
	}
	x := c.newExchange(t)
	body, err := c.get(ctx, x, c.cfg.RootURL)
	if x.status == http.StatusNotFound {
		if len(t.roots) > 0 {
			return t.roots, nil
		}
		return nil, fmt.Errorf("%w: MTLS__CA_ROOT_URL has no root bundle: %w", ErrConfig, err)
	}
	if err != nil {
		return nil, err
	}
	roots, err := mtls.ParseRoots(body)
	if err != nil {
		return nil, fmt.Errorf("%w: roots at MTLS__CA_ROOT_URL: %w", mtls.ErrCABadCertificate, err)
	}
	if len(t.roots) > 0 {
		c.setTrust(&trust{roots: roots, pool: poolOf(roots)})
	}
	return roots, nil
}

// get fetches a small document from the CA. An answer that is not complete when
// the time is over counts as none, its status too.
func (c *Client) get(ctx context.Context, x *exchange, target string) ([]byte, error) {
	answer, err := fetch.NewClient(&http.Client{Transport: x}).Do(ctx, fetch.Question{
		Method: http.MethodGet, URL: target, Timeout: c.cfg.HTTPTimeout, Limit: maxAnswer,
		Statuses: func(status int) bool { return status/100 == 2 },
	})
	failed, ok := errors.AsType[*fetch.Failure](err)
	if !ok {
		return bytes.TrimSpace(answer.Body), nil
	}
	x.status = failed.Status
	switch {
	case failed.Class == fetch.Unasked:
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	case errors.Is(err, errAnswerTooLarge):
		return nil, fmt.Errorf("%w: %w", mtls.ErrCABadCertificate, errAnswerTooLarge)
	case failed.Class == fetch.Declined:
		return nil, fmt.Errorf("%w: %s answered HTTP %d", mtls.ErrCAUnavailable, pathOf(target), failed.Status)
	}
	cause := failed.Err
	if described, ok := errors.AsType[*fetch.Error](cause); ok {
		cause = described.Err
	}
	return nil, c.transportError(ctx, cause)
}

func pathOf(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return "the CA"
	}
	return u.Path
}
