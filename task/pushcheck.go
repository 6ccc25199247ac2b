package task

import (
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// Bounds of what a client says of a webhook, in bytes.
const (
	maxPushURL   = 2 << 10
	maxPushToken = 4 << 10
)

// newPush returns a webhook that can be stored, or the refusal that names what is wrong.
func (s *Service) newPush(c *a2a.PushConfig, form string) (*NewPush, error) {
	if s.cfg.Webhooks == nil {
		return nil, errPush
	}
	if err := s.checkPush(c); err != nil {
		return nil, err
	}
	w := s.cfg.Webhooks
	p := &NewPush{
		Push: Push{ID: c.ID, URL: c.URL, Token: c.Token, Form: form}, At: s.now(),
		MaxPerTask: w.PerTask, MaxPerOwner: w.PerOwner, MaxBytes: s.cfg.Limits.Bytes,
	}
	if c.Auth != nil {
		p.Authentication = &PushAuthentication{c.Auth.Scheme, c.Auth.Credentials}
	}
	var err error
	if p.ID == "" {
		p.ID, err = s.newID()
	}
	return p, err
}

func (s *Service) checkPush(c *a2a.PushConfig) error {
	if c.ID != "" {
		if err := checkPushID(c.ID); err != nil {
			return err
		}
	}
	if c.URL == "" {
		return invalid("the webhook's url is required")
	}
	if len(c.URL) > maxPushURL {
		return forbidden("it must have at most %d bytes", maxPushURL)
	}
	if why := s.cfg.Webhooks.Check(c.URL); why != "" {
		return forbidden("%s", why)
	}
	if !headerText(c.Token) {
		return invalid("the webhook's token must be at most %d bytes of visible ASCII", maxPushToken)
	}
	if a := c.Auth; a != nil && (!isToken(a.Scheme) || !headerText(a.Credentials)) {
		return invalid("the webhook's authentication must be a scheme such as Bearer, and credentials of at most %d bytes of visible ASCII", maxPushToken)
	}
	return nil
}

func checkPushID(id string) error {
	if id == "" || !validID(id) || blank(id) {
		return invalid("the webhook's id must be at most %d bytes of printable text, and not blank", maxIDLength)
	}
	return nil
}

// headerText accepts what a header may hold without its being changed on the way.
func headerText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxPushToken && strings.TrimSpace(s) == s
}

// isToken accepts a token of RFC 9110 section 5.6.2, as schemes are, of reasonable length.
func isToken(s string) bool {
	const longest = 64
	return s != "" && len(s) <= longest && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~") == ""
}
