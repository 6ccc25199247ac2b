package stepcatest_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/certificates/api"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const subject = "did:bindu:a:b:c"

func call(t *testing.T, s *stepcatest.Server, method, path string, body []byte, certs ...tls.Certificate) (int, []byte) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: s.CA.Pool(), Certificates: certs}}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, s.URL()+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func signRequest(t *testing.T, token string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"ignored.test"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(api.SignRequest{CsrPEM: api.NewCertificateRequest(csr), OTT: token})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// These are the answers of the real step-ca 0.30.2, endpoint by endpoint.
func TestEndpoints(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	own := s.CA.Issue(s.Issuer(), subject)
	tests := []struct {
		method, path string
		body         []byte
		certs        []tls.Certificate
		status       int
		contains     string
	}{
		{"GET", "/health", nil, nil, 200, `{"status":"ok"}`},
		{"GET", "/1.0/health", nil, nil, 200, `{"status":"ok"}`},
		{"GET", "/root/" + s.Fingerprint(), nil, nil, 200, `{"ca":"-----BEGIN CERTIFICATE-----`},
		{"GET", "/root/" + strings.Repeat("0", 64), nil, nil, 404, `"status":404`},
		{"GET", "/roots", nil, nil, 201, `{"crts":["-----BEGIN CERTIFICATE-----`},
		{"GET", "/roots.pem", nil, nil, 200, "-----BEGIN CERTIFICATE-----"},
		{"GET", "/provisioners", nil, nil, 200, `"disableRenewal":true`},
		{"POST", "/sign", []byte(`{}`), nil, 400, `"status":400`},
		{"POST", "/sign", []byte(`nonsense`), nil, 400, `"status":400`},
		{"POST", "/sign", signRequest(t, "not-a-token"), nil, 401, `"status":401`},
		{"POST", "/sign", signRequest(t, s.Token(subject, stepcatest.Audience("other"))), nil, 401, `"status":401`},
		{"POST", "/sign", signRequest(t, s.Token(subject, stepcatest.IssuedAt(time.Now().Add(-time.Hour)))), nil, 401, `"status":401`},
		{"POST", "/1.0/renew", nil, nil, 400, `"status":400`},
		{"POST", "/1.0/renew", nil, []tls.Certificate{own}, 401, `"status":401`},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			status, body := call(t, s, tt.method, tt.path, tt.body, tt.certs...)
			if status != tt.status || !strings.Contains(string(body), tt.contains) {
				t.Fatalf("%d %s; want %d with %s", status, body, tt.status, tt.contains)
			}
		})
	}
}

func TestSignTakesTheNamesFromTheToken(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	status, body := call(t, s, "POST", "/sign", signRequest(t, s.Token(subject)))
	var answer api.SignResponse
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusCreated {
		t.Fatalf("%d, %v", status, err)
	}
	leaf := answer.ServerPEM.Certificate
	if len(leaf.URIs) != 1 || leaf.URIs[0].String() != s.Issuer()+"#"+subject || len(leaf.DNSNames) != 0 || leaf.Subject.CommonName != subject {
		t.Errorf("names %v %v, CN %q", leaf.URIs, leaf.DNSNames, leaf.Subject.CommonName)
	}
	if len(answer.CertChainPEM) != 2 || !answer.CaPEM.Equal(s.CA.Intermediate) {
		t.Errorf("chain of %d", len(answer.CertChainPEM))
	}
}

func TestTokensAreBurnt(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	token := s.Token(subject)
	for i, want := range []int{201, 401, 401} {
		if status, _ := call(t, s, "POST", "/sign", signRequest(t, token)); status != want {
			t.Errorf("use %d: %d, want %d", i+1, status, want)
		}
	}
}

func TestRenewalByCertificate(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{EnableRenewal: true})
	own := s.CA.Issue(s.Issuer(), subject)
	if status, _ := call(t, s, "POST", "/renew", nil, own); status != http.StatusCreated {
		t.Errorf("HTTP %d", status)
	}
}

func TestStopAndStart(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	url := s.URL()
	s.Stop()
	s.Stop()
	if status, _ := call(t, s, "GET", "/health", nil); status != 0 {
		t.Errorf("stopped, and answered %d", status)
	}
	s.Start()
	if status, _ := call(t, s, "GET", "/health", nil); status != 200 || s.URL() != url {
		t.Errorf("started again: %d at %s", status, s.URL())
	}
}

func TestStoppingReleasesHangingRequests(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	s.SetFault(stepcatest.Hang())
	done := make(chan struct{})
	go func() {
		defer close(done)
		call(t, s, "GET", "/health", nil)
	}()
	for s.Count("GET /health") == 0 {
		select {
		case <-done:
			t.Fatal("the request did not hang")
		case <-time.After(time.Millisecond):
		}
	}
	s.Stop()
	<-done
}
