package stepca

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/transport/mtls"
)

// provisioner is what GET /provisioners tells about one of them. smallstep's
// own types leave out the state.
type provisioner struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	ClientID    string `json:"clientID"`
	State       string `json:"state"`
	StateReason string `json:"stateReason"`
	Claims      struct {
		DisableRenewal bool   `json:"disableRenewal"`
		MaxTLS         string `json:"maxTLSCertDuration"`
	} `json:"claims"`
	Options struct {
		Webhooks []struct {
			Kind string `json:"kind"`
		} `json:"webhooks"`
	} `json:"options"`
}

// grants reports whether the lifetime is one that the CA gives, as far as it says so.
func (p *provisioner) grants(lifetime time.Duration) bool {
	longest, err := time.ParseDuration(p.Claims.MaxTLS)
	return err != nil || lifetime <= longest
}

// asks reports whether somebody has to allow a certificate.
func (p *provisioner) asks() bool {
	for _, w := range p.Options.Webhooks {
		if w.Kind == "AUTHORIZING" {
			return true
		}
	}
	return false
}

// maxProvisionerPages bounds how long we follow the CA's cursor, 100 provisioners a page.
const maxProvisionerPages = 10

// CheckProvisioner asks the CA about the provisioner for our tokens. Errors:
// [mtls.ErrProvisionerDisabled] when it is absent or failed to start;
// [mtls.ErrRenewalNotDisabled], a warning, when certificates may renew themselves;
// otherwise the CA could not be asked.
func (c *Client) CheckProvisioner(ctx context.Context) error {
	p, err := c.provisioner(ctx)
	if err != nil {
		return err
	}
	if !p.Claims.DisableRenewal {
		return fmt.Errorf("%w: provisioner %q", mtls.ErrRenewalNotDisabled, p.Name)
	}
	return nil
}

// provisioner finds the OIDC provisioner whose client id is our audience. One
// that the CA could not start is state "Uninitialized": step-ca says ok on
// /health and answers 401 to every token until it is told to reload.
func (c *Client) provisioner(ctx context.Context) (*provisioner, error) {
	cursor := ""
	for range maxProvisionerPages {
		page, err := c.provisioners(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Provisioners {
			if !strings.EqualFold(p.Type, "OIDC") || p.ClientID != c.cfg.Audience {
				continue
			}
			if p.State != "" {
				return nil, fmt.Errorf("%w: provisioner %q is %s", mtls.ErrProvisionerDisabled, p.Name, p.State)
			}
			return &p, nil
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	return nil, fmt.Errorf("%w: none of type OIDC with client id %q", mtls.ErrProvisionerDisabled, c.cfg.Audience)
}

type provisionerPage struct {
	Provisioners []provisioner `json:"provisioners"`
	NextCursor   string        `json:"nextCursor"`
}

func (c *Client) provisioners(ctx context.Context, cursor string) (*provisionerPage, error) {
	t, err := c.establish(ctx)
	if err != nil {
		return nil, err
	}
	target := c.caURL.JoinPath("provisioners")
	query := url.Values{"limit": {"100"}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	target.RawQuery = query.Encode()
	body, err := c.get(ctx, c.newExchange(t), target.String())
	if err != nil {
		return nil, err
	}
	var page provisionerPage
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, fmt.Errorf("%w: /provisioners is not what step-ca answers: %w", mtls.ErrCAUnavailable, err)
	}
	return &page, nil
}
