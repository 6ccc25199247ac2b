package stepca_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/smallstep/certificates/api"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// FuzzCAAnswer lets the CA answer anything on every path that is asked after
// trust is established. No answer makes an identity or an error without a reason.
func FuzzCAAnswer(f *testing.F) {
	s := stepcatest.NewServer(f, stepcatest.Config{})
	good := identity(s.CA, alice)
	answer, err := json.Marshal(api.SignResponse{
		ServerPEM:    api.NewCertificate(good.Leaf()),
		CertChainPEM: []api.Certificate{api.NewCertificate(good.Leaf()), api.NewCertificate(s.CA.Intermediate)},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(201, "/sign", answer)
	f.Add(201, "/sign", []byte(`{"crt":null,"certChain":[null]}`))
	f.Add(401, "/sign", []byte(`{"status":401,"message":"no"}`))
	f.Add(403, "/sign", []byte(`null`))
	f.Add(500, "/sign", []byte(`<html>`))
	f.Add(302, "/sign", []byte(``))
	f.Add(200, "/roots.pem", s.CA.RootsPEM()[:200])
	f.Add(200, "/root", []byte(`{"ca":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}`))
	f.Add(200, "/provisioners", []byte(`{"provisioners":[{"type":"OIDC","clientID":"step-ca","state":5}]}`))
	f.Add(200, "/provisioners", []byte(`{"provisioners":[],"nextCursor":"x"}`))
	f.Fuzz(func(t *testing.T, status int, path string, body []byte) {
		if status < 200 || status > 599 {
			return
		}
		s.SetFault(stepcatest.Status(status, string(body)).At(path))
		defer s.SetFault(stepcatest.Fault{})
		e, err := stepca.New(stepca.Config{
			CAURL:       s.URL(),
			RootURL:     s.URL() + "/roots.pem",
			Audience:    "step-ca",
			Fingerprint: s.Fingerprint(),
			DID:         alice,
			Issuer:      s.Issuer(),
			Token:       s.Tokens(alice.String()),
			HTTPTimeout: 5 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		id, err := e.Enrol(t.Context())
		switch {
		case err != nil && (id != nil || mtls.Reason(err) == ""):
			t.Fatalf("%v with identity %v", err, id)
		case err == nil && id.Verify(alice, s.Issuer(), time.Now()) != nil:
			t.Fatal("an identity that does not verify")
		}
		if err := e.CheckProvisioner(t.Context()); err != nil && mtls.Reason(err) == "" {
			t.Fatalf("%v", err)
		}
	})
	f.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
}
