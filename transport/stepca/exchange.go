package stepca

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// maxAnswer bounds what is read of one answer of the CA.
const maxAnswer = 1 << 20

var (
	errAnswerTooLarge = fmt.Errorf("CA answered with more than %d bytes", maxAnswer)
	errRedirect       = errors.New("CA answered with a redirect, which is not followed: it would hand the token to somebody else")
)

// exchange carries one request to the CA on a connection of its own, so that a
// token is sent at most once, and notes what smallstep's client drops: the
// status line and the clock of the other side. It is used through [fetch.Explain],
// as every call of an authority is.
type exchange struct {
	client *Client
	base   *http.Transport
	status int // 0 until an answer arrives
}

// newExchange speaks only to a CA that t verifies.
func (c *Client) newExchange(t *trust) *exchange {
	return c.exchangeWith(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.pool, Time: c.cfg.Now})
}

// unverifiedExchange is for pinnedRoot, which checks the SHA-256 of what it
// gets, and for probeClock, which gets nothing. It must carry no token.
func (c *Client) unverifiedExchange() *exchange {
	return c.exchangeWith(&tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}) //nolint:gosec // see above
}

func (c *Client) exchangeWith(cfg *tls.Config) *exchange {
	base := fetch.NewTransport(cfg)
	base.DialContext, base.DisableKeepAlives, base.ForceAttemptHTTP2 = c.cfg.DialContext, true, false
	return &exchange{client: c, base: base}
}

// RoundTrip implements [http.RoundTripper].
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	start := x.client.cfg.Now()
	resp, err := x.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.status = resp.StatusCode
	x.client.noteDate(resp.Header.Get("Date"), start)
	if resp.StatusCode/100 == 3 {
		_ = resp.Body.Close()
		return nil, errRedirect
	}
	resp.Body = fetch.Limit(resp.Body, maxAnswer, errAnswerTooLarge)
	return resp, nil
}

// transportError sorts failures to get an answer. When the CA's certificate
// does not verify, the next attempt starts from the anchor again.
func (c *Client) transportError(ctx context.Context, err error) error {
	invalid, ok := errors.AsType[*tls.CertificateVerificationError](err)
	if !ok {
		return fmt.Errorf("%w: %w", mtls.ErrCAUnavailable, c.described(err))
	}
	c.setTrust(nil)
	return c.untrusted(ctx, invalid)
}

// described says what came in place of an answer, where that can be told.
func (c *Client) described(err error) error {
	d := fetch.Describe(err, c.caURL)
	if d.Kind != fetch.Unknown {
		return d
	}
	return d.Err
}

// probeClock reads the CA's clock without believing anything else, so that an
// error about dates can say whose clock is wrong. The answer serves that text
// alone; when there is none, the text is the shorter.
func (c *Client) probeClock(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.HTTPTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.caURL.JoinPath("health").String(), http.NoBody)
	if err != nil {
		return
	}
	if resp, err := fetch.Explain(c.unverifiedExchange()).RoundTrip(req); err == nil {
		_ = resp.Body.Close()
	}
}

// MaxClockSkew is the leeway of step-ca between its clock and that of a token.
const MaxClockSkew = time.Minute

// ClockSkew returns how far the CA's clock was ahead of ours at its last
// answer (negative: behind), and false before the first one. The Date header
// has whole seconds, so it is exact to about one.
func (c *Client) ClockSkew() (time.Duration, bool) {
	skew := c.skew.Load()
	if skew == nil {
		return 0, false
	}
	return *skew, true
}

// noteDate compares with the middle of the request, and of the second.
func (c *Client) noteDate(date string, start time.Time) {
	theirs, err := http.ParseTime(date)
	if err != nil {
		return
	}
	took := c.cfg.Now().Sub(start)
	skew := theirs.Add(500 * time.Millisecond).Sub(start.Add(took / 2))
	c.skew.Store(&skew)
}

// skewError is nil while the clocks agree.
func (c *Client) skewError() error {
	skew, ok := c.ClockSkew()
	if !ok || skew.Abs() <= MaxClockSkew {
		return nil
	}
	return fmt.Errorf("%w: the CA is at %s, we are at %s", mtls.ErrClockSkew,
		c.cfg.Now().Add(skew).UTC().Format(time.RFC3339), c.cfg.Now().UTC().Format(time.RFC3339))
}

func (c *Client) withSkew(err error) error {
	if serr := c.skewError(); serr != nil {
		return fmt.Errorf("%w (%w)", err, serr)
	}
	return err
}
