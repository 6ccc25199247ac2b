package webhook

import (
	"crypto/x509"
	"encoding/json"
	"strings"
	"testing"
)

const (
	fuzzIssuer = "https://issuer.test"
	fuzzDID    = "did:bindu:a:alice:1"
	fuzzKey    = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9Kepgl5dbEVeQhlCWQ74x/9H9HWNtj52QjjXQ6KCZ4/mgVm3+YXA2cSn+7yGXEGIj0strSlmyXyxf4q00rrWpg=="
	fuzzBody   = `{"x509Certificate":{"subject":{"commonName":"` + fuzzDID + `"},"sans":[{"type":"uri","value":"` + fuzzIssuer + `#` + fuzzDID +
		`"}],"keyUsage":["digitalSignature"],"extKeyUsage":["clientAuth"],"publicKey":"` + fuzzKey + `"}}`
)

// lenient is what the most generous reader of a question finds in it: of any case, of
// any type, and of what we pass over.
type lenient struct {
	X509Certificate struct {
		SANs, URIs, DNSNames, EmailAddresses, IPAddresses, Extensions []any
		BasicConstraints                                              any
	}
}

// FuzzQuestion reads any question. What is taken has one name, of our issuer, for
// every reader, and a key that is one.
func FuzzQuestion(f *testing.F) {
	for _, seed := range []string{
		fuzzBody,
		strings.Replace(fuzzBody, `"sans":[{"type":"uri","value":`, `"uris":[`, 1),
		strings.Replace(fuzzBody, `"sans"`, `"dnsNames":["a"],"sans"`, 1),
		strings.Replace(fuzzBody, `"sans"`, `"SANS":[],"sans"`, 1),
		strings.Replace(fuzzBody, `"type":"uri"`, `"type":"auto"`, 1),
		`{"x509Certificate":{"sans":[{}]}}`, `{"x509Certificate":{}}`, `{"x509Certificate":null}`, `{}`, `[]`, `null`, "\xff", strings.Repeat("[", 100),
	} {
		f.Add([]byte(seed))
	}
	if w, reason, err := parse([]byte(fuzzBody), fuzzIssuer); err != nil || w.did.String() != fuzzDID {
		f.Fatalf("a good question is refused: %s, %v", reason, err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w, reason, err := parse(body, fuzzIssuer)
		if err != nil {
			if reason == "" || allowing[reason] || strings.Contains(err.Error(), "\n\n") {
				t.Errorf("%q is refused with %q: %v", body, reason, err)
			}
			return
		}
		var all lenient
		if err := json.Unmarshal(body, &all); err != nil {
			t.Fatalf("%q is taken, and no JSON to others: %v", body, err)
		}
		c := all.X509Certificate
		if len(c.SANs)+len(c.URIs) != 1 || len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses)+len(c.Extensions) != 0 || c.BasicConstraints != nil {
			t.Errorf("%q has other names to others", body)
		}
		if w.did.IsZero() {
			t.Errorf("%q is taken without a DID", body)
		}
		if _, err := x509.ParsePKIXPublicKey(w.key); err != nil {
			t.Errorf("%q has a key that is none: %v", body, err)
		}
	})
}
