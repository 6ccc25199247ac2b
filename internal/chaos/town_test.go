package chaos

import (
	"crypto/tls"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// town is a token authority and a CA that trusts it.
type town struct {
	hydra *hydratest.Server
	ca    *stepcatest.Server
}

func newTown(t *testing.T) *town {
	t.Helper()
	hydra := hydratest.Start(t, hydratest.Options{})
	return &town{hydra: hydra, ca: stepcatest.NewServer(t, stepcatest.Config{
		Issuer:                hydra.Issuer(),
		ConfigurationEndpoint: hydra.PublicURL + "/.well-known/openid-configuration",
	})}
}

// environ is what an agent in dir needs; with overrides it.
func (w *town) environ(dir string, with map[string]string) []string {
	env := map[string]string{
		"AGENT__NAME": "victim", "AGENT__AUTHOR": "chaos@example.com", "AGENT__DIR": dir,
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
		"HYDRA__ADMIN_URL": w.hydra.AdminURL, "HYDRA__PUBLIC_URL": w.hydra.PublicURL,
		"MTLS__CA_URL": w.ca.URL(), "MTLS__CA_FINGERPRINT": w.ca.Fingerprint(),
		"LOG__FORMAT": "json", "LOG__LEVEL": "debug",
	}
	maps.Copy(env, with)
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	return environ
}

func (w *town) settings(t *testing.T, dir string, with map[string]string) settings.Settings {
	t.Helper()
	set, err := settings.Load(settings.Options{Environ: w.environ(dir, with), SkipDotEnv: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// caller is somebody the authorities know.
type caller struct {
	town  *town
	name  did.DID
	key   *did.KeyPair
	cert  tls.Certificate
	token string
}

func (w *town) newCaller(t *testing.T) *caller {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	if err != nil {
		t.Fatal(err)
	}
	name, err := did.FromPublicKey("caller@example.com", "caller", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	metadata, err := json.Marshal(map[string]string{"public_key": did.EncodePublicKey(key.PublicKey())})
	if err != nil {
		t.Fatal(err)
	}
	w.hydra.Register(name.String(), "", hydratest.Document{"metadata": metadata})
	return &caller{
		town: w, name: name, key: key, cert: w.ca.CA.Issue(w.ca.Issuer(), name.String()),
		token: w.hydra.IssueToken(hydratest.TokenSpec{ClientID: name.String(), Scopes: []string{"agent:read", "agent:write"}}),
	}
}

// tls returns the caller's configuration for dialling callee.
func (c *caller) tls(t *testing.T, callee did.DID) *tls.Config {
	t.Helper()
	source, err := mtls.NewSource(
		&mtls.Identity{Certificate: c.cert, Roots: c.town.ca.CA.Roots()},
		mtls.SourceConfig{Issuer: c.town.ca.Issuer(), RequireClientCert: true})
	if err != nil {
		t.Fatal(err)
	}
	return source.ClientConfig(callee)
}

// request signs a message of the caller to the agent at url.
func (c *caller) request(t *testing.T, url, text string) probe.Request {
	t.Helper()
	r, err := c.sign(url, text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sign is request for goroutines that cannot end the test.
func (c *caller) sign(url, text string) (probe.Request, error) {
	return c.signBody(url, probe.Message(text))
}

// signBody signs any request of the caller to the agent at url.
func (c *caller) signBody(url string, body []byte) (probe.Request, error) {
	p := probe.Proofs{Token: c.token, Signer: c.name, Key: c.key, Scheme: signature.Reference, Time: time.Now()}
	return p.Sign(url, body)
}
