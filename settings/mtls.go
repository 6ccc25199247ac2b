package settings

import "time"

// Mode says which proofs a request needs when mutual TLS is on.
type Mode string

// The modes there are.
const (
	ModeHybrid Mode = "hybrid" // certificate, token and signature
	ModeMTLS   Mode = "mtls"   // certificate and signature; a token is optional
)

// MTLS says how certificates are obtained and demanded.
type MTLS struct {
	Enabled           Bool `envconfig:"MTLS__ENABLED" default:"true" desc:"Serve and call over mutual TLS; false serves plain HTTP, on loopback only." example:"true"`
	Mode              Mode `envconfig:"MTLS__MODE" default:"hybrid" desc:"hybrid: certificate, token and signature. mtls: certificate and signature, a token is optional." example:"hybrid"`
	RequireClientCert Bool `envconfig:"MTLS__REQUIRE_CLIENT_CERT" default:"true" desc:"Refuse a connection without a certificate in the handshake; false leaves the public endpoints open to all." example:"false"`
	AllowUncertified  Bool `envconfig:"MTLS__ALLOW_UNCERTIFIED" default:"false" desc:"Let callers without a certificate use protected methods; for a migration." example:"true"`

	CertificateAuthority
}

// CertificateAuthority says where a program's certificate comes from.
type CertificateAuthority struct {
	CAURL         HTTPSURL          `envconfig:"MTLS__CA_URL" desc:"The step-ca that issues our certificate. Needed with mutual TLS." example:"https://ca.internal:9000"`
	CARootURL     HTTPSURL          `envconfig:"MTLS__CA_ROOT_URL" derived:"MTLS__CA_URL and /roots.pem" desc:"Where the certificate authority's roots are published." example:"https://ca.internal:9000/roots.pem"`
	CAFingerprint Fingerprints      `envconfig:"MTLS__CA_FINGERPRINT" desc:"SHA-256 of the root certificate, in hex: trust in the authority starts here. While the root is being replaced, both with a comma between." example:"d9d0978692f1c7cc791f5c343ce98771900721405e834cd27b9502cc719f5097"`
	CARootFile    Path              `envconfig:"MTLS__CA_ROOT_FILE" desc:"PEM file with the root certificate, in place of the fingerprint." example:"/etc/agent/root_ca.crt"`
	OIDCAudience  Text              `envconfig:"MTLS__OIDC_AUDIENCE" default:"step-ca" desc:"Audience of the token presented to step-ca: the clientID of its provisioner. A token for it never opens an agent." example:"step-ca"`
	DIDIssuer     CertificateIssuer `envconfig:"MTLS__DID_ISSUER" desc:"What stands before #DID in certificates, if it is not the issuer Hydra's discovery document names." example:"https://hydra.internal"`

	Timeout     Duration `envconfig:"MTLS__TIMEOUT" default:"10s" desc:"How long one call to step-ca may take." example:"10"`
	CertTTL     Duration `envconfig:"MTLS__CERT_TTL" alias:"MTLS__CERT_TTL_HOURS" default:"24h" desc:"Lifetime asked for a certificate." example:"24h"`
	RenewBefore Duration `envconfig:"MTLS__RENEW_BEFORE" alias:"MTLS__RENEW_BEFORE_HOURS" derived:"a third of MTLS__CERT_TTL" desc:"How long before its end a certificate is replaced." example:"8h"`
}

func (m *MTLS) ranges() []bounds { return m.CertificateAuthority.ranges() }

func (c *CertificateAuthority) ranges() []bounds {
	return []bounds{
		lasts(&c.Timeout, 10*time.Millisecond, 5*time.Minute),
		lasts(&c.CertTTL, time.Second, 2160*time.Hour),
		lasts(&c.RenewBefore, 100*time.Millisecond, 2160*time.Hour),
	}
}
