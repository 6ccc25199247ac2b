package mtls

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
	"os"
	"slices"
	"strings"

	"github.com/smallstep/certificates/api"
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

func newAnchor(cfg EnrollerConfig) (anchor, error) {
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
	if a.roots, err = parseRoots(data); err != nil {
		return a, fmt.Errorf("%w: CA root file %s: %w", ErrConfig, cfg.RootFile, err)
	}
	if len(a.fingerprints) > 0 && !slices.ContainsFunc(a.roots, a.pins) {
		return a, fmt.Errorf("%w: %s has no such certificate", ErrFingerprintMismatch, cfg.RootFile)
	}
	return a, nil
}

func (a anchor) pins(cert *x509.Certificate) bool {
	sum := sha256.Sum256(cert.Raw)
	return slices.Contains(a.fingerprints, hex.EncodeToString(sum[:]))
}

func (e *Enroller) currentTrust() *trust {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.trust
}

func (e *Enroller) setTrust(t *trust) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trust = t
}

// establish returns the current trust, or starts it from the anchor.
func (e *Enroller) establish(ctx context.Context) (*trust, error) {
	if t := e.currentTrust(); t != nil {
		return t, nil
	}
	roots := e.anchor.roots
	if len(roots) == 0 && len(e.anchor.fingerprints) > 0 {
		var err error
		if roots, err = e.pinnedRoots(ctx); err != nil {
			return nil, err
		}
	}
	t := &trust{roots: roots, pool: e.cfg.SystemRoots}
	if len(roots) > 0 {
		t.pool = newPool(roots)
	}
	e.setTrust(t)
	return t, nil
}

// pinnedRoots downloads the roots with our fingerprints. While a root is being
// replaced the CA may not have the new one yet, or the old one any more: one of
// them is enough.
func (e *Enroller) pinnedRoots(ctx context.Context) (roots []*x509.Certificate, err error) {
	for _, fingerprint := range e.anchor.fingerprints {
		root, rerr := e.pinnedRoot(ctx, fingerprint)
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
func (e *Enroller) pinnedRoot(ctx context.Context, fingerprint string) (*x509.Certificate, error) {
	x := e.unverifiedExchange()
	body, err := e.get(ctx, x, e.caURL.JoinPath("root", fingerprint).String())
	if x.status == http.StatusNotFound {
		return nil, fmt.Errorf("%w: %w", ErrFingerprintMismatch, errNoSuchRoot)
	}
	if err != nil {
		return nil, err
	}
	var answer api.RootResponse
	if err := json.Unmarshal(body, &answer); err != nil || answer.RootPEM.Certificate == nil {
		return nil, fmt.Errorf("%w: /root answered with something else than a certificate", ErrFingerprintMismatch)
	}
	root := answer.RootPEM.Certificate
	if !e.anchor.pins(root) {
		return nil, fmt.Errorf("%w: the CA answered with another one", ErrFingerprintMismatch)
	}
	if err := checkRoots([]*x509.Certificate{root}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFingerprintMismatch, err)
	}
	return root, nil
}

// Roots fetches the CA's current roots over trusted TLS and believes them from
// then on, so that a root can be replaced by serving old and new together for
// a while. A CA without a root bundle leaves us with the roots of the anchor.
// The errors are those of [Enroller.Enrol].
func (e *Enroller) Roots(ctx context.Context) ([]*x509.Certificate, error) {
	t, err := e.establish(ctx)
	if err != nil {
		return nil, err
	}
	x := e.newExchange(t)
	body, err := e.get(ctx, x, e.cfg.RootURL)
	if x.status == http.StatusNotFound {
		if len(t.roots) > 0 {
			return t.roots, nil
		}
		return nil, fmt.Errorf("%w: MTLS__CA_ROOT_URL has no root bundle: %w", ErrConfig, err)
	}
	if err != nil {
		return nil, err
	}
	roots, err := parseRoots(body)
	if err != nil {
		return nil, fmt.Errorf("%w: roots at MTLS__CA_ROOT_URL: %w", ErrCABadCertificate, err)
	}
	if len(t.roots) > 0 {
		e.setTrust(&trust{roots: roots, pool: newPool(roots)})
	}
	return roots, nil
}

// get fetches a small document from the CA. An answer that is not complete when
// the time is over counts as none, its status too.
func (e *Enroller) get(ctx context.Context, x *exchange, target string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.HTTPTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	resp, err := x.RoundTrip(req)
	if err != nil {
		return nil, e.transportError(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	late := ctx.Err()
	switch {
	case late != nil:
		x.status = 0
		return nil, e.transportError(ctx, late)
	case errors.Is(err, errAnswerTooLarge):
		return nil, fmt.Errorf("%w: %w", ErrCABadCertificate, err)
	case err != nil:
		return nil, e.transportError(ctx, err)
	case resp.StatusCode/100 != 2:
		return nil, fmt.Errorf("%w: %s answered HTTP %d", ErrCAUnavailable, req.URL.Path, resp.StatusCode)
	}
	return bytes.TrimSpace(body), nil
}
