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
	Enabled           bool `env:"MTLS__ENABLED" default:"true" doc:"Serve and call over mutual TLS; false serves plain HTTP, on loopback only." example:"true"`
	Mode              Mode `env:"MTLS__MODE" default:"hybrid" oneof:"hybrid|mtls" doc:"hybrid: certificate, token and signature. mtls: certificate and signature, a token is optional." example:"hybrid"`
	RequireClientCert bool `env:"MTLS__REQUIRE_CLIENT_CERT" default:"true" doc:"Refuse a connection without a certificate in the handshake; false leaves the public endpoints open to all." example:"false"`
	AllowUncertified  bool `env:"MTLS__ALLOW_UNCERTIFIED" default:"false" doc:"Let callers without a certificate use protected methods; for a migration." example:"true"`

	CAURL         string `env:"MTLS__CA_URL" rule:"httpsurl" doc:"The step-ca that issues our certificate. Needed with mutual TLS." example:"https://ca.internal:9000"`
	CARootURL     string `env:"MTLS__CA_ROOT_URL" rule:"httpsurl" derived:"MTLS__CA_URL and /roots.pem" doc:"Where the certificate authority's roots are published." example:"https://ca.internal:9000/roots.pem"`
	CAFingerprint string `env:"MTLS__CA_FINGERPRINT" rule:"fingerprint" doc:"SHA-256 of the root certificate, in hex: trust in the authority starts here. While the root is being replaced, both with a comma between." example:"d9d0978692f1c7cc791f5c343ce98771900721405e834cd27b9502cc719f5097"`
	CARootFile    string `env:"MTLS__CA_ROOT_FILE" rule:"path" doc:"PEM file with the root certificate, in place of the fingerprint." example:"/etc/agent/root_ca.crt"`
	OIDCAudience  string `env:"MTLS__OIDC_AUDIENCE" default:"step-ca" doc:"Audience of the token presented to step-ca: the clientID of its provisioner. A token for it never opens an agent." example:"step-ca"`
	DIDIssuer     string `env:"MTLS__DID_ISSUER" rule:"sanissuer" doc:"What stands before #DID in certificates, if it is not the issuer Hydra's discovery document names." example:"https://hydra.internal"`

	Timeout     time.Duration `env:"MTLS__TIMEOUT" default:"10s" min:"10ms" max:"5m" doc:"How long one call to step-ca may take." example:"10"`
	CertTTL     time.Duration `env:"MTLS__CERT_TTL" alias:"MTLS__CERT_TTL_HOURS" default:"24h" min:"1s" max:"2160h" doc:"Lifetime asked for a certificate." example:"24h"`
	RenewBefore time.Duration `env:"MTLS__RENEW_BEFORE" alias:"MTLS__RENEW_BEFORE_HOURS" min:"100ms" max:"2160h" derived:"a third of MTLS__CERT_TTL" doc:"How long before its end a certificate is replaced." example:"8h"`
}
