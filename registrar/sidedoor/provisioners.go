package sidedoor

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// provisioner is what GET /provisioners tells of one.
type provisioner struct {
	Type                  string   `json:"type"`
	Name                  string   `json:"name"`
	ClientID              string   `json:"clientID"`
	ConfigurationEndpoint string   `json:"configurationEndpoint"`
	Admins                []string `json:"admins"`
	State                 string   `json:"state"`
	Claims                struct {
		DisableRenewal             bool `json:"disableRenewal"`
		DisableSmallstepExtensions bool `json:"disableSmallstepExtensions"`
	} `json:"claims"`
	Options struct {
		Webhooks []webhook `json:"webhooks"`
	} `json:"options"`
}

type webhook struct {
	URL                  string `json:"url"`
	Kind                 string `json:"kind"`
	CertType             string `json:"certType"`
	DisableTLSClientAuth bool   `json:"disableTLSClientAuth"`
}

type provisionerPage struct {
	Provisioners []provisioner `json:"provisioners"`
	NextCursor   string        `json:"nextCursor"`
}

// maxPages bounds how long the CA's cursor is followed, 100 provisioners a page.
const maxPages = 10

func (s *survey) provisioners(ctx context.Context) error {
	all, err := s.list(ctx)
	if err != nil {
		return err
	}
	ours := 0
	for _, p := range all {
		if !strings.EqualFold(p.Type, "OIDC") || p.ClientID != s.cfg.Audience {
			s.open(OtherProvisioner, fmt.Sprintf("%q of type %q", p.Name, p.Type))
			continue
		}
		if ours++; ours > 1 {
			s.open(OtherProvisioner, fmt.Sprintf("%q has our audience too", p.Name))
		}
		s.judge(p)
	}
	if ours == 0 {
		s.open(NoProvisioner, "none of type OIDC with the client id "+s.cfg.Audience)
	}
	return nil
}

func (s *survey) list(ctx context.Context) ([]provisioner, error) {
	var all []provisioner
	cursor := ""
	for range maxPages {
		target := s.cfg.CAURL.JoinPath("provisioners")
		query := url.Values{"limit": {"100"}}
		if cursor != "" {
			query.Set("cursor", cursor)
		}
		target.RawQuery = query.Encode()
		var page provisionerPage
		if err := s.read(ctx, s.ca, target, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Provisioners...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
	return nil, errors.New("step-ca lists more provisioners than are read")
}

// judge looks at the provisioner for our tokens.
func (s *survey) judge(p provisioner) {
	if p.State != "" {
		s.open(NoProvisioner, fmt.Sprintf("%q is %s", p.Name, p.State))
	}
	if !p.Claims.DisableRenewal {
		s.open(Renewal, fmt.Sprintf("provisioner %q", p.Name))
	}
	if p.Claims.DisableSmallstepExtensions {
		s.open(Unmarked, fmt.Sprintf("provisioner %q", p.Name))
	}
	if len(p.Admins) > 0 {
		s.open(Admins, fmt.Sprintf("provisioner %q has %d", p.Name, len(p.Admins)))
	}
	if want := discoveryOf(s.cfg.HydraPublic).String(); p.ConfigurationEndpoint != want {
		s.open(OtherIssuer, fmt.Sprintf("%q instead of %q", p.ConfigurationEndpoint, want))
	}
	s.judgeWebhooks(p)
}

// judgeWebhooks wants one that is asked about every certificate. Others may be there:
// each has to say yes.
func (s *survey) judgeWebhooks(p provisioner) {
	for _, w := range p.Options.Webhooks {
		if w.Kind != "AUTHORIZING" || w.URL != s.cfg.Webhook || (w.CertType != "" && w.CertType != "ALL" && w.CertType != "X509") {
			continue
		}
		if w.DisableTLSClientAuth {
			s.open(AnonymousWebhook, w.URL)
		}
		return
	}
	s.open(NoWebhook, fmt.Sprintf("provisioner %q does not ask at %s", p.Name, s.cfg.Webhook))
}
