package hydra

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getbindu/bindu-go/oauth"
)

// Discover returns the issuer from the discovery document of the public API
// (OpenID Connect Discovery 1.0 section 4), byte for byte: the iss of its
// tokens and the first part of the name in its agents' certificates. The
// issuer need not be the URL that was asked, which may be an internal one.
func Discover(ctx context.Context, cfg Config) (issuer string, err error) {
	cfg, owned := cfg.withDefaults()
	if owned {
		defer cfg.HTTPClient.CloseIdleConnections()
	}
	return discover(ctx, cfg)
}

func discover(ctx context.Context, cfg Config) (string, error) {
	x := exchange{
		op: "read discovery document", client: cfg.calls, timeout: cfg.AdminTimeout,
		method: http.MethodGet, base: cfg.PublicURL, path: ".well-known/openid-configuration",
	}
	answer, err := x.do(ctx)
	if err != nil {
		return "", err
	}
	issuer, err := parseDiscovery(answer.Body)
	if err != nil {
		return "", x.fail(answer.Status, err)
	}
	return issuer, nil
}

// parseDiscovery returns the issuer, which must be an http or https URL
// without query and fragment.
func parseDiscovery(body []byte) (string, error) {
	doc, err := parseObject(body)
	if err != nil {
		return "", fmt.Errorf("%w: %w", oauth.ErrInvalidResponse, err)
	}
	issuer, err := doc.text("issuer")
	if err != nil {
		return "", fmt.Errorf("%w: the issuer is not a string", oauth.ErrInvalidResponse)
	}
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") ||
		strings.ContainsAny(issuer, "?#") {
		return "", fmt.Errorf("%w: the issuer is not a URL", oauth.ErrInvalidResponse)
	}
	return issuer, nil
}

// Ready reports whether Hydra's admin API says that it is ready and its public
// API serves the discovery document. Hydra can be ready and yet answer nonsense:
// that shows only in use.
func Ready(ctx context.Context, cfg Config) error {
	cfg, owned := cfg.withDefaults()
	if owned {
		defer cfg.HTTPClient.CloseIdleConnections()
	}
	x := exchange{
		op: "ask for readiness", client: cfg.calls, timeout: cfg.AdminTimeout,
		method: http.MethodGet, base: cfg.AdminURL, path: "health/ready",
	}
	answer, err := x.do(ctx)
	if err != nil {
		return err
	}
	health, err := parseObject(answer.Body)
	if err != nil {
		return x.fail(answer.Status, fmt.Errorf("%w: %w", oauth.ErrInvalidResponse, err))
	}
	if status, err := health.text("status"); err != nil || status != "ok" {
		return x.fail(answer.Status, oauth.ErrUnavailable)
	}
	_, err = discover(ctx, cfg)
	return err
}
