package stepca

import (
	"encoding/json"
	"net"
	"time"

	"github.com/smallstep/certificates/authority/config"
	"github.com/smallstep/certificates/authority/provisioner"
	"github.com/smallstep/certificates/db"
)

// Provisioner is the name of the OIDC provisioner, and Audience the one that its tokens must carry (its client id).
const (
	Provisioner = "hydra"
	Audience    = "step-ca"
)

// Durations bound the life of the certificates that are issued.
type Durations struct {
	Min, Default, Max time.Duration
}

// configuration renders ca.json. A certificate cannot be renewed by itself: whoever wants a new one brings a new token,
// so that taking a client away from Hydra ends its certificates too.
func (s *Service) configuration() ([]byte, error) {
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, err
	}
	yes := true
	return json.MarshalIndent(config.Config{
		Root:             []string{s.Dir.Path(rootFile)},
		IntermediateCert: s.Dir.Path(intermediateFile),
		IntermediateKey:  s.Dir.Path(keyFile),
		Address:          s.Address,
		DNSNames:         []string{host},
		DB:               &db.Config{Type: "badgerv2", DataSource: s.Dir.Path("db")},
		TLS:              &config.DefaultTLSOptions,
		AuthorityConfig: &config.AuthConfig{
			Provisioners: provisioner.List{&provisioner.OIDC{
				Type:                  "OIDC",
				Name:                  Provisioner,
				ClientID:              Audience,
				ConfigurationEndpoint: s.Issuer + "/.well-known/openid-configuration",
				Options:               s.webhooks(),
				Claims: &provisioner.Claims{
					MinTLSDur:      &provisioner.Duration{Duration: s.Durations.Min},
					DefaultTLSDur:  &provisioner.Duration{Duration: s.Durations.Default},
					MaxTLSDur:      &provisioner.Duration{Duration: s.Durations.Max},
					DisableRenewal: &yes,
				},
			}},
		},
	}, "", "  ")
}
