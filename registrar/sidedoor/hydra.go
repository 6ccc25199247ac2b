package sidedoor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// discoveryOf is where Hydra says what it is (OpenID Connect Discovery 1.0, section 4).
func discoveryOf(public *url.URL) *url.URL {
	return public.JoinPath(".well-known", "openid-configuration")
}

// discovery: Hydra names the place where clients register, if its configuration does.
func (s *survey) discovery(ctx context.Context) error {
	var document struct {
		Registration string `json:"registration_endpoint"`
	}
	if err := s.read(ctx, s.hydra, discoveryOf(s.cfg.HydraPublic), &document); err != nil {
		return err
	}
	if document.Registration != "" {
		s.open(Registration, "its discovery document names "+document.Registration)
	}
	return nil
}

// registration asks for a client that is not there: without dynamic registration the
// answer is 404, and with it 401, whatever the discovery document says.
func (s *survey) registration(ctx context.Context) error {
	return s.absent(ctx, s.hydra, s.cfg.HydraPublic.JoinPath("oauth2", "register", "nobody"), Registration)
}

// publicAdmin asks the public API what the admin API alone answers.
func (s *survey) publicAdmin(ctx context.Context) error {
	target := s.cfg.HydraPublic.JoinPath("admin", "clients")
	target.RawQuery = "page_size=1"
	answer, err := s.get(ctx, s.hydra, http.MethodGet, target)
	if err == nil && answer.Status/100 == 2 {
		s.open(PublicAdmin, target.Redacted())
	}
	return err
}

// trusted lists who may sign what Hydra exchanges for a token (RFC 7523), in whose
// name ever.
func (s *survey) trusted(ctx context.Context) error {
	var issuers []struct {
		Issuer string `json:"issuer"`
	}
	target := s.cfg.HydraAdmin.JoinPath("admin", "trust", "grants", "jwt-bearer", "issuers")
	if err := s.read(ctx, s.hydra, target, &issuers); err != nil {
		return err
	}
	for _, i := range issuers {
		s.open(TrustedIssuer, fmt.Sprintf("%q", i.Issuer))
	}
	return nil
}
